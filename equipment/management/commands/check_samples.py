from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from equipment.management.moments import moment_of
from equipment.models import Connection
from equipment.sample_audit import Account, audit


class Command(BaseCommand):
    help = (
        "Ask the record of samples whether a slot of a schedule is doubled, or missing while the machine was watched"
        " and its value good, whether a change is doubled or a value silent for too long, and whether an event's number"
        " is missing. Fails if so, and where there is nothing to account for."
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
        accounts = list(audit(found, since, until))
        for one in accounts:
            self._say(one)
        if not all(one.is_whole for one in accounts):
            raise CommandError(_wrong(accounts))
        if all(one.is_empty for one in accounts):
            raise CommandError("Nothing was accounted for: nobody watched in this time, or there was no tag.")
        self.stdout.write("No slot is doubled, none is missing while good; no change is doubled; every event is there.")

    def _say(self, one: Account) -> None:
        code = one.connection.code
        for slot in one.slots:
            self.stdout.write(
                f"{code} {slot.tag}: {slot.slots} slots in {slot.observations} observations, {slot.samples} stored,"
                f" {slot.left_out} left out, {slot.missing} missing, {slot.doubled} doubled"
            )
        for change in one.changes:
            self.stdout.write(
                f"{code} {change.tag}: {change.samples} stored on change in {change.observations} observations,"
                f" {change.silent} times silent for too long, {change.repeated} stored again"
            )
        for event in one.events:
            self.stdout.write(f"{code} {event.tag}: {event.numbered} events numbered, {event.stored} stored")
        if one.is_empty:
            self.stdout.write(f"{code}: nothing to account for")


def _wrong(accounts: Sequence[Account]) -> str:
    slots = [slot for one in accounts for slot in one.slots]
    changes = [change for one in accounts for change in one.changes]
    lost = sum(event.numbered - event.stored for one in accounts for event in one.events)
    return (
        f"{sum(slot.missing for slot in slots)} slots are missing, {sum(slot.doubled for slot in slots)} are doubled;"
        f" {lost} events are missing; {sum(change.silent for change in changes)} silences are too long,"
        f" {sum(change.repeated for change in changes)} changes are doubled."
    )
