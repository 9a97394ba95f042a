import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mes.erp.actions.orders import check_without_errors, import_orders
from mes.erp.imports import preview, table_of_file
from mes.erp.policies import OrderImport
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal, problem


class Command(BaseCommand):
    help = "Import orders from a CSV file: all of them, or none and every mistake by row and column (exit status 1)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument("--json", action="store_true", help="answer as one JSON object on standard output")
        parser.add_argument(
            "--by", default="integration", metavar="USERNAME", help="who imports (default: integration)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(username=options["by"], is_active=True).first()
        if person is None:
            raise CommandError(f"No active person has the user name {options['by']}.")
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} can't be read: {error.strerror}.") from error
        try:
            found = self._import(content, person, options["file"].name, options["dry_run"])
        except Refusal as refusal:
            self._refuse(refusal, as_json=options["json"])
        self._report(found, dry_run=options["dry_run"], as_json=options["json"])

    def _import(self, content: bytes, person: Person, name: str, dry_run: bool) -> OrderImport:
        table = table_of_file(content)
        if not dry_run:
            with open_door(person=person, reason=f"Import of {name}"[:100]) as passage:
                return import_orders(table=table, by=person, at=passage.at)
        found = preview(table, by=person)
        check_without_errors(found)
        return found

    def _report(self, found: OrderImport, *, dry_run: bool, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"applied": not dry_run, **found.counts, "errors": []}))
            return
        words = {"create": "created", "change": "changed", "unchanged": "unchanged"}
        counts = ", ".join(f"{count} {words[fate]}" for fate, count in found.counts.items())
        self.stdout.write(f"{'Dry run, nothing applied: ' if dry_run else ''}{counts}.")

    def _refuse(self, refusal: Refusal, *, as_json: bool) -> None:
        if as_json:
            cells = [{"row": e.row, "column": e.column, "what": e.what, "do": e.do} for e in refusal.errors]
            self.stdout.write(json.dumps({"applied": False, **problem(refusal), "errors": cells}))
        else:
            self.stderr.write(f"{refusal}")
            for error in refusal.errors:
                self.stderr.write(f"  {error.where}: {error.what} {error.do}")
        raise SystemExit(1)
