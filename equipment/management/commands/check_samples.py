from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from equipment.management.moments import moment_of
from equipment.models import Connection
from equipment.sample_audit import audit


class Command(BaseCommand):
    help = (
        "Ask the record of samples whether a slot of a schedule is doubled, or missing while the machine was watched"
        " and its value good, and whether an event's number is missing. Fails if so."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--site", help="code of the site (default: all)")
        parser.add_argument("--connection", help="code of the connection (default: all)")
        parser.add_argument("--since", help="a time, ISO 8601 (default: an hour ago)")
        parser.add_argument("--until", help="a time, ISO 8601 (default: now)")

    def handle(self, *, site: str | None, connection: str | None, **given: Any) -> None:
        found = Connection.objects.order_by("code")
        if site:
            found = found.filter(site__code=site)
        if connection:
            found = found.filter(code=connection)
        if not found:
            raise CommandError("There is no such connection.")
        until = moment_of(given["until"]) or timezone.now()
        since = moment_of(given["since"]) or until - timedelta(hours=1)
        missing = doubled = lost = 0
        for one, slots, events in audit(found, since, until):
            for tag in slots:
                missing, doubled = missing + tag.missing, doubled + tag.doubled
                self.stdout.write(
                    f"{one.code} {tag.tag}: {tag.slots} slots in {tag.observations} observations, {tag.samples} stored,"
                    f" {tag.left_out} left out, {tag.missing} missing, {tag.doubled} doubled"
                )
            for event in events:
                lost += event.numbered - event.stored
                self.stdout.write(f"{one.code} {event.tag}: {event.numbered} events numbered, {event.stored} stored")
        if missing or doubled or lost:
            raise CommandError(f"{missing} slots are missing, {doubled} are doubled; {lost} events are missing.")
        self.stdout.write("No slot is doubled, none is missing while good; every event is there.")
