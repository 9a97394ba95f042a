from datetime import UTC, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from equipment.management.moments import moment_of
from equipment.models import Tag
from equipment.replays import replay


class Command(BaseCommand):
    help = "Say which events a tag, as it is mapped now, would have made of the samples on record. Stores nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("connection", help="code of the connection")
        parser.add_argument("tag", help="code of the tag")
        parser.add_argument("--site", help="code of the site, where several have such a connection")
        parser.add_argument("--from", dest="since", help="a time, ISO 8601 (default: an hour ago)")
        parser.add_argument("--to", dest="until", help="a time, ISO 8601 (default: now)")

    def handle(self, *, connection: str, tag: str, site: str | None, **given: Any) -> None:
        found = Tag.objects.select_related("connection", "station").filter(connection__code=connection, code=tag)
        if site:
            found = found.filter(site__code=site)
        tags = list(found[:2])
        if len(tags) != 1:
            raise CommandError(f"There is {'more than one' if tags else 'no'} tag {tag} of a connection {connection}.")
        until = moment_of(given["until"]) or timezone.now()
        since = moment_of(given["since"]) or until - timedelta(hours=1)
        count = 0
        for event in replay(tags[0], since, until):
            count += 1
            content = " ".join(f"{field}={value}" for field, value in sorted(event.content.items()))
            self.stdout.write(
                f"{event.at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}Z {event.books} {event.quantity} {content}"
            )
        self.stdout.write(f"{count} events; nothing was stored.")
