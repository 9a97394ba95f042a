import signal
import threading
from argparse import ArgumentParser
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from mes.demo.operators import Operators

LOOK_EVERY_S = 5.0


class Command(BaseCommand):
    help = "Let simulated operators work at the demo plant until Ctrl-C or SIGTERM (MES_DEMO_OPERATORS=0: not at all)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--looks", type=int, default=0, help="end after so many looks; 0: go on")
        parser.add_argument("--seed", type=int, help="of chance, for a run that can be repeated")
        parser.add_argument("--pace", type=float, default=1.0, help="how much quicker than planned they work")

    def handle(self, *args: Any, looks: int, seed: int | None, pace: float, **options: Any) -> None:
        if not settings.MES_DEMO:
            raise CommandError("Simulated operators work in a demo only, and these settings have MES_DEMO = False.")
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        operators = Operators(Random(seed), pace, folder=settings.MES_MACHINES)  # noqa: S311 - a simulation
        looked = 0
        while not stopped.is_set() and (not looks or looked < looks):
            try:
                done = operators.look(timezone.now())
                self.stdout.write(f"{done} things done")
            except DatabaseError as error:  # the database is started again: so is the connection
                self.stderr.write(f"No database: {error}")
            close_old_connections()
            looked += 1
            stopped.wait(0 if looks else LOOK_EVERY_S)
