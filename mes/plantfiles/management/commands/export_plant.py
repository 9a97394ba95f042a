from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from mes.kernel.refusals import Refusal
from mes.plantfiles.folders import write_folder
from mes.plantfiles.kinds import KINDS
from mes.plantfiles.writing import export


class Command(BaseCommand):
    help = "Write the whole plant as a folder of plant files; the same plant gives the same bytes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder, or one that was exported to before")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            files = export(KINDS, None)
            write_folder(options["folder"], files)
        except Refusal as refusal:
            self.stderr.write(f"{refusal}")
            raise SystemExit(1) from refusal
        self.stdout.write(f"{len(files)} files are in {options['folder']}.")
