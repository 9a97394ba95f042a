from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model, QuerySet
from django.utils import timezone

from equipment.machine_times import NOT_KNOWN
from equipment.management.moments import moment_of
from equipment.models import Station, Tag
from equipment.replayed_defects import defects_named
from equipment.replays import replay, replay_states
from equipment.status import TagRole


class Command(BaseCommand):
    help = (
        "Say which events a tag, or which states a station, as they are mapped now, would have made of the samples on"
        " record. Stores nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("connection", help="code of the connection")
        parser.add_argument("tag", nargs="?", help="code of the tag: a counter, or the number of a handshake")
        parser.add_argument("--states", metavar="STATION", help="code of a station whose state the connection tells")
        parser.add_argument("--site", help="code of the site, where several have such a connection")
        parser.add_argument("--from", dest="since", help="a time, ISO 8601 (default: an hour ago)")
        parser.add_argument("--to", dest="until", help="a time, ISO 8601 (default: now)")

    def handle(self, *, connection: str, tag: str | None, states: str | None, site: str | None, **given: Any) -> None:
        if (tag is None) == (states is None):
            raise CommandError("Name a tag, or a station with --states.")
        until = moment_of(given["until"]) or timezone.now()
        since = moment_of(given["since"]) or until - timedelta(hours=1)
        at_site = {"site__code": site} if site else {}
        if tag is not None:
            found = Tag.objects.select_related("connection", "station").filter(connection__code=connection, **at_site)
            name = f"tag {tag} of a connection {connection}"
            self._events(_only(found.filter(code=tag), name), since, until)
        else:
            told = Station.objects.filter(state_conditions__connection__code=connection, code=states, **at_site)
            name = f"station {states} whose state {connection} tells"
            self._states(_only(told.distinct(), name), since, until)

    def _events(self, tag: Tag, since: datetime, until: datetime) -> None:
        if tag.role == TagRole.VALUE:
            raise CommandError(f"{tag.code} makes no events: it is neither a counter nor the number of a handshake.")
        events = list(replay(tag, since, until))
        for event, defect in zip(events, defects_named(tag, events), strict=True):
            content = " ".join(f"{field}={value}" for field, value in sorted(event.content.items()))
            self._say(event.at, f"{event.books} {event.quantity} {content}" + (f", {defect}" if defect else ""))
        self.stdout.write(f"{len(events)} events; nothing was stored.")

    def _states(self, station: Station, since: datetime, until: datetime) -> None:
        course = replay_states(station, since, until)
        for spell in course:
            state = f"{spell.state} {spell.detail}".strip() if spell.state != NOT_KNOWN else "not known"
            self._say(spell.begins_at, f"{spell.length.total_seconds():g} s {state}")
        self.stdout.write(f"{len(course)} spells; nothing was stored.")

    def _say(self, at: datetime, what: str) -> None:
        self.stdout.write(f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}Z {what}")


T = TypeVar("T", bound=Model)


def _only(found: QuerySet[T], name: str) -> T:
    """The one that there is. Raises CommandError."""
    some = list(found[:2])
    if len(some) != 1:
        raise CommandError(f"There is {'more than one' if some else 'no'} {name}.")
    return some[0]
