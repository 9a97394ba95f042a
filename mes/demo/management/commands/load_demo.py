from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from mes.demo import loading
from mes.kernel.refusals import Refusal


class Command(BaseCommand):
    help = "Load the demo plant (site Northfield, people, orders, some days of history) into an empty database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing when the database has a plant already")

    def handle(self, *args: Any, if_empty: bool, **options: Any) -> None:
        if if_empty and not loading.is_empty():
            self.stdout.write("The database has a plant already; nothing is loaded.")
            return
        try:
            loading.load(at=timezone.now().replace(microsecond=0), tell=self.stdout.write)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
