import asyncio
import logging
import os
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mes.demo.machines import interlocks
from mes.demo.machines.running import run


class Command(BaseCommand):
    help = "Run the demo plant's machines: Modbus TCP and OPC UA servers on loopback, until Ctrl-C or SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, help="of chance, for a run that can be repeated")
        parser.add_argument("--pace", type=float, default=1.0, help="how much quicker than usual they work")
        parser.add_argument("--none", action="store_true", help="run none, and let no station wait for its machine")

    def handle(self, *args: Any, seed: int | None, pace: float, none: bool, **options: Any) -> None:
        if not settings.MES_DEMO:
            raise CommandError("Simulated machines run in a demo only, and these settings have MES_DEMO = False.")
        if none:
            interlocks.switch_off()
            return
        for chatty in ("asyncua", "pymodbus"):  # they tell of each question
            logging.getLogger(chatty).setLevel(logging.CRITICAL)
        stopped, parent = threading.Event(), os.getppid()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())

        def goes_on() -> bool:
            return not stopped.is_set() and os.getppid() == parent

        asyncio.run(run(settings.MES_MACHINES, goes_on, seed=seed, pace=pace, tell=self.stdout.write))
