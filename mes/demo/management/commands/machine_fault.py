import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mes.demo.machines import faults
from mes.demo.machines.plan import MACHINES


class Command(BaseCommand):
    help = "Let something be wrong with a simulated machine for a while: machine_fault ST-140 mute 20"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("machine", help="the code of the machine or of its station")
        parser.add_argument("fault", choices=[str(fault) for fault in faults.Fault])
        parser.add_argument("seconds", type=float)

    def handle(self, *args: Any, machine: str, fault: str, seconds: float, **options: Any) -> None:
        plan = next((one for one in MACHINES if machine in (one.code, one.station)), None)
        if plan is None:
            known = ", ".join(f"{one.station} ({one.code})" for one in MACHINES)
            raise CommandError(f"There is no machine {machine}. Known are {known}.")
        if fault not in faults.possible(plan):
            possible = ", ".join(sorted(faults.possible(plan)))
            raise CommandError(f"{plan.code} can't be {fault}. Possible is {possible}.")
        faults.order(settings.MES_MACHINES, plan.code, faults.Fault(fault), until=time.time() + seconds)
        self.stdout.write(f"{plan.code}: {fault} for {seconds:g} s")
