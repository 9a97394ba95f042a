from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mes.boards.reference import pages

FOLDER = Path(settings.BASE_DIR) / "docs" / "reference"


class Command(BaseCommand):
    help = "Write docs/reference from the code: states, gates, roles, refusals, addresses, settings."
    requires_system_checks: list[str] = []  # it needs no database

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a file differs")

    def handle(self, *args: Any, **options: Any) -> None:
        made = pages()
        stored = {path.name: path.read_text() for path in FOLDER.glob("*.md")}
        differing = sorted(name for name in made.keys() | stored.keys() if made.get(name) != stored.get(name))
        if options["check"]:
            if differing:
                raise CommandError(f"docs/reference is out of date: {', '.join(differing)}. Run write_reference.")
            return
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name in differing:
            if name in made:
                (FOLDER / name).write_text(made[name])
            else:
                (FOLDER / name).unlink()
            self.stdout.write(f"docs/reference/{name}")
