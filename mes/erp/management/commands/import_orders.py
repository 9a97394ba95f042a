import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from mes.erp.actions.orders import check_without_errors, import_orders
from mes.erp.actions.routings import default_operation, draft_missing_routings
from mes.erp.imports import preview, table_of_file
from mes.erp.mapping import DefaultRouting, Orders, mapped
from mes.erp.policies import Fate, OrderImport
from mes.kernel import csv_import
from mes.kernel.csv_import import Table
from mes.kernel.csv_mapping import MappingDoesNotFit, Values, read_sections
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal, problem
from orders.actions.default_routings import OneOperation


class Command(BaseCommand):
    help = "Import orders from a CSV file: all of them, or none and every mistake by row and column (exit status 1)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--mapping", type=Path, help="a YAML file: where the file's orders are, see docs/mappings.md"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument("--json", action="store_true", help="answer as one JSON object on standard output")
        parser.add_argument(
            "--by", default="integration", metavar="USERNAME", help="who imports (default: integration)"
        )
        parser.add_argument(
            "--routings-by",
            default="engineer",
            metavar="USERNAME",
            help="who drafts the default routings of a mapping (default: engineer)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        person = _person(options["by"])
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']} can't be read: {error.strerror}.") from error
        try:
            table, default = _table(content, options["file"].parent, options["mapping"])
            engineer = _person(options["routings_by"]) if default else person
            operation = default_operation(default=default, by=engineer) if default else None
            found = self._import(table, person, options["file"].name, options["dry_run"])
            drafted = None if operation is None else 0 if options["dry_run"] else _draft(found, operation, engineer)
        except Refusal as refusal:
            self._refuse(refusal, as_json=options["json"])
        self._report(found, drafted, dry_run=options["dry_run"], as_json=options["json"])

    def _import(self, table: Table, person: Person, name: str, dry_run: bool) -> OrderImport:
        if not dry_run:
            with open_door(person=person, reason=f"Import of {name}"[:100]) as passage:
                return import_orders(table=table, by=person, at=passage.at)
        found = preview(table, by=person)
        check_without_errors(found)
        return found

    def _report(self, found: OrderImport, drafted: int | None, *, dry_run: bool, as_json: bool) -> None:
        if as_json:
            counts = found.counts | ({} if drafted is None else {"drafted_routings": drafted})
            self.stdout.write(json.dumps({"applied": not dry_run, **counts, "errors": []}))
            return
        words = {"create": "created", "change": "changed", "unchanged": "unchanged", "cancel": "cancelled"}
        counted = ((fate, count) for fate, count in found.counts.items() if count or fate != Fate.CANCEL)
        counts = ", ".join(f"{count} {words[fate]}" for fate, count in counted)
        self.stdout.write(f"{'Dry run, nothing applied: ' if dry_run else ''}{counts}.")
        if drafted:
            self.stdout.write(f"{drafted} routing{'s' if drafted > 1 else ''} drafted, to be approved and released.")

    def _refuse(self, refusal: Refusal, *, as_json: bool) -> None:
        if as_json:
            cells = [
                {"row": getattr(e, "row", 0), "column": getattr(e, "column", e.where), "what": e.what, "do": e.do}
                for e in refusal.errors
            ]
            self.stdout.write(json.dumps({"applied": False, **problem(refusal), "errors": cells}))
        else:
            self.stderr.write(f"{refusal}")
            for error in refusal.errors:
                self.stderr.write(f"  {error.where}: {error.what} {error.do}")
        raise SystemExit(1)


def _person(username: str) -> Person:
    person = Person.objects.filter(username=username, is_active=True).first()
    if person is None:
        raise CommandError(f"No active person has the user name {username}.")
    return person


def _table(content: bytes, folder: Path, mapping: Path | None) -> tuple[Table, DefaultRouting | None]:
    """The orders in the file, and what to draft where a product has no routing."""
    if mapping is None:
        return table_of_file(content), None
    orders = read_sections(mapping, {"orders": Orders})["orders"]
    if orders is None:
        raise MappingDoesNotFit(_("The mapping has no orders."), do=_("Write orders: in it; see docs/mappings.md."))
    return mapped(csv_import.read(content), orders, Values(folder)), orders.default_routing


def _draft(found: OrderImport, operation: OneOperation, engineer: Person) -> int:
    """Draft what is missing, by a person who may draft: whoever imports orders need not."""
    with open_door(person=engineer, reason="Default routing of imported orders") as passage:
        return len(draft_missing_routings(lines=found.lines, operation=operation, by=engineer, at=passage.at))
