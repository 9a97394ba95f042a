"""A mapping tried on samples that are on record."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection as database
from django.utils import timezone

from equipment.models import MachineEvent
from equipment.status import Books
from tests.machine_floor import counter, field_of, handshake, press

pytestmark = pytest.mark.django_db


def record(tag, *values, quality=192):
    """A sample a second, the last one a second ago."""
    series, now = tag.series.latest("version").pk, timezone.now().replace(microsecond=0)
    with database.cursor() as cursor:
        for place, value in enumerate(values):
            at = now - timedelta(seconds=len(values) - place)
            cursor.execute(
                "INSERT INTO equipment_sample (series_id, at, value, text, quality) VALUES (%s, %s, %s, %s, %s)",
                [
                    series,
                    at,
                    None if isinstance(value, str) else value,
                    value if isinstance(value, str) else None,
                    quality,
                ],
            )


def replayed(*arguments, **options):
    out = StringIO()
    call_command("replay_tag", *arguments, stdout=out, **options)
    return [line.partition("Z ")[2] or line for line in out.getvalue().splitlines()]


def test_a_counter_says_what_it_would_book(plant):
    tag = counter(press(plant), plant.stations["10"], rollover=65536)
    record(tag, 65530, 65533, 65533, 2)
    assert replayed("PRESS", tag.code) == [
        "PART_DONE 3 raw=65533",
        "PART_DONE 5 raw=2",
        "2 events; nothing was stored.",
    ]
    assert not MachineEvent.objects.exists()


def test_a_handshake_says_what_came_with_it(plant):
    tag = handshake(press(plant), plant.stations["10"], Books.PART_DONE)
    serial = field_of(tag, "serial", "SERIAL", value_type="TEXT", length=20)
    record(tag, 0, 1, 1, 2)
    record(serial, "", "U-1", "U-1", "U-2")
    assert replayed("PRESS", tag.code)[:2] == ["PART_DONE 1 serial=U-1 shown=1", "PART_DONE 1 serial=U-2 shown=2"]


def test_only_the_time_that_is_asked_for_is_looked_at(plant):
    tag = counter(press(plant), plant.stations["10"])
    record(tag, 1, 2, 3)
    assert replayed("PRESS", tag.code, until="2020-01-01")[-1] == "0 events; nothing was stored."


def test_an_unknown_tag_is_named(plant):
    with pytest.raises(CommandError, match="There is no tag NONE of a connection PRESS"):
        replayed("PRESS", "NONE")
