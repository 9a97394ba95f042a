import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal, problem
from mes.plantfiles.actions.products import import_products, read_files
from mes.plantfiles.products import ProductsImport, examine


class Command(BaseCommand):
    help = "Import products and BOM lines from CSV files by a mapping. Rows that can't be taken are named; see --json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mapping", type=Path, required=True, help="a YAML file, see docs/mappings.md")
        parser.add_argument("--source", type=Path, required=True, metavar="DIR", help="the folder of the CSV files")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, and change nothing")
        parser.add_argument("--json", action="store_true", help="answer as one JSON object on standard output")
        parser.add_argument("--by", default="engineer", metavar="USERNAME", help="who imports (default: engineer)")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(username=options["by"], is_active=True).first()
        if person is None:
            raise CommandError(f"No active person has the user name {options['by']}.")
        try:
            found = self._import(options["mapping"], options["source"], person, options["dry_run"])
        except Refusal as refusal:
            self._refuse(refusal, as_json=options["json"])
        if options["json"]:
            self.stdout.write(json.dumps(_report(found, applied=not options["dry_run"]), indent=2))
        else:
            self._say(found, dry_run=options["dry_run"])

    def _import(self, mapping_path: Path, source: Path, person: Person, dry_run: bool) -> ProductsImport:
        files = read_files(mapping_path, source)
        if dry_run:
            return examine(files)
        with open_door(person=person, reason=f"Import by {mapping_path.name}"[:100]) as passage:
            return import_products(files=files, by=person, at=passage.at)

    def _say(self, found: ProductsImport, *, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write("Dry run, nothing applied.")
        for kind, counts in found.counts.items():
            self.stdout.write(f"{kind}: " + ", ".join(f"{count} {fate}" for fate, count in counts.items()))
        for kind, errors in found.refused.items():
            for error in errors:
                self.stdout.write(f"  {kind}, {error.where}: {error.what} {error.do}".rstrip())
        for note in found.notes:
            self.stdout.write(f"  note, {note}")

    def _refuse(self, refusal: Refusal, *, as_json: bool) -> None:
        if as_json:
            errors = [{"where": e.where, "what": e.what, "do": e.do} for e in refusal.errors]
            self.stdout.write(json.dumps({"applied": False, **problem(refusal), "errors": errors}))
        else:
            self.stderr.write(f"{refusal}")
            for error in refusal.errors:
                self.stderr.write(f"  {error.where}: {error.what} {error.do}")
        raise SystemExit(1)


def _report(found: ProductsImport, *, applied: bool) -> dict[str, Any]:
    rows = {
        kind: [{"row": e.row, "column": e.column, "what": e.what, "do": e.do} for e in errors]
        for kind, errors in found.refused.items()
    }
    return {"applied": applied, **found.counts, "refused": rows, "notes": found.notes}
