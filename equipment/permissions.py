"""Permissions that machines show, beside what the record says that they have.

A write may come late, a machine may keep its permission through a power failure, and somebody may give it at the
machine: whatever the reason, what is read from the machine is the last word.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from equipment.models import Tag
from equipment.preparations import Told, told_to

# After a command was answered: by then what is shown was read after it, though two clocks tell the two times.
SETTLED = timedelta(seconds=10)

_SHOWN = """
SELECT tag.id, tag.station_id, seen.seen_until FROM equipment_station station
JOIN equipment_tag tag ON tag.station_id = station.id AND tag.code = station.permission_tag AND tag.is_active
JOIN LATERAL (SELECT id FROM equipment_series WHERE tag_id = tag.id ORDER BY version DESC LIMIT 1) series ON true
JOIN equipment_latestvalue latest ON latest.series_id = series.id AND latest.value <> 0 AND latest.quality >= 64
JOIN LATERAL (
    SELECT seen_until FROM equipment_observation WHERE connection_id = tag.connection_id AND ended_at IS NULL
    ORDER BY began_at DESC LIMIT 1) seen ON true
WHERE station.site_id = %s AND station.interlock <> ''"""


def shown_at(site: UUID) -> set[UUID]:
    """The stations of a site with an interlock whose machines are watched, and show a permission."""
    return {station for _, station, _ in _shown(site)}


def unrecorded(site: UUID, stations: Collection[UUID]) -> list[tuple[Tag, Told | None]]:
    """Of these stations of a site the permissions that are shown and not on record, each with the last command."""
    shown = [row for row in _shown(site) if row[1] in stations]
    told = told_to({station for _, station, _ in shown}) if shown else {}
    found = {}
    for tag, station, seen_until in shown:
        last = next(iter(told.get(station, ())), None)
        is_given = any(one.is_standing for one in told.get(station, ()))
        is_settled = last is None or (last.answered_at is not None and last.answered_at + SETTLED < seen_until)
        if is_settled and not is_given:
            found[tag] = last
    tags = Tag.objects.filter(pk__in=found).select_related("station").order_by("station__code") if found else ()
    return [(tag, found[tag.pk]) for tag in tags]


def _shown(site: UUID) -> list[tuple[UUID, UUID, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(_SHOWN, [site])
        return cursor.fetchall()
