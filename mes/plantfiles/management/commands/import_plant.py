import json
from getpass import getpass
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from mes.kernel.door import open_door
from mes.kernel.refusals import Refusal
from mes.plantfiles.actions.plant import PlantImport, import_plant
from mes.plantfiles.actions.rows import REASON
from mes.plantfiles.folders import read_folder
from mes.plantfiles.importers import importer, rehearse, signers
from mes.plantfiles.report import refusal_report, report_of


class Command(BaseCommand):
    help = "Make the plant what a folder of plant files says: all of it, or nothing and every mistake by file and line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "folder", type=Path, metavar="DIR", help="the folder with plant.yaml, see docs/plant-files.md"
        )
        parser.add_argument("--dry-run", action="store_true", help="do all of it, say what happened, and take it back")
        parser.add_argument("--json", action="store_true", help="answer as one JSON object on standard output")
        parser.add_argument("--by", default="", metavar="USERNAME", help="who imports (default: the one who may)")
        parser.add_argument(
            "--sign-as",
            action="append",
            default=[],
            metavar="USERNAME",
            help="sign what the files call approved or released by this person; several times for several people",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = self._import(options["folder"], options["by"], options["sign_as"], options["dry_run"])
        except Refusal as refusal:
            self._refuse(refusal, as_json=options["json"])
        if options["json"]:
            self.stdout.write(json.dumps(report_of(found, applied=not options["dry_run"]), indent=2))
        else:
            self._say(found, dry_run=options["dry_run"])

    def _import(self, folder: Path, by: str, sign_as: list[str], dry_run: bool) -> PlantImport:
        files, at = read_folder(folder), timezone.now()
        person = importer(by)
        if dry_run:
            return rehearse(files, person, at, is_trusted=True)
        who = signers(sign_as, getpass, at)
        with open_door(person=person, at=at, reason=REASON):
            return import_plant(files=files, signers=who, is_trusted=True, is_rehearsal=False, by=person, at=at)

    def _say(self, found: PlantImport, *, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write("Dry run, nothing applied.")
        for folder, counts in found.counts.items():
            self.stdout.write(f"{folder}: " + ", ".join(f"{count} {fate}" for fate, count in counts.items()))
        for row, what in found.changes:
            self.stdout.write(f"  {row.file}:{row.line}: {what}")
        for one in found.awaiting:
            self.stdout.write(f"  {one.row.file}:{one.row.line}: {one.what}")
        for row, what in found.missing:
            self.stdout.write(f"  {row.file}:{row.line}: {what}")

    def _refuse(self, refusal: Refusal, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(refusal_report(refusal), indent=2))
        else:
            self.stderr.write(f"{refusal}")
            for error in refusal.errors:
                self.stderr.write(f"  {error.where}: {error.what} {error.do}".rstrip())
        raise SystemExit(1)
