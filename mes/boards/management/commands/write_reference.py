from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from mes.boards import word_lists
from mes.boards.reference import pages

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "docs" / "reference"
WORDS = ROOT / "mes" / "boards" / "listed_words.py"


class Command(BaseCommand):
    help = "Write docs/reference and the list of words that only names and docstrings hold, from the code."
    requires_system_checks: list[str] = []  # it needs no database

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail when a file differs")

    def handle(self, *args: Any, **options: Any) -> None:
        made = {FOLDER / name: text for name, text in pages().items()} | {WORDS: word_lists.module()}
        stored = {path: path.read_text() for path in [*FOLDER.glob("*.md"), WORDS]}
        differing = sorted(path for path in made.keys() | stored.keys() if made.get(path) != stored.get(path))
        names = [str(path.relative_to(ROOT)) for path in differing]
        if options["check"]:
            if names:
                raise CommandError(f"Out of date: {', '.join(names)}. Run write_reference.")
            return
        FOLDER.mkdir(parents=True, exist_ok=True)
        for path in differing:
            if path in made:
                path.write_text(made[path])
            else:
                path.unlink()
        self.stdout.write("\n".join(names))
