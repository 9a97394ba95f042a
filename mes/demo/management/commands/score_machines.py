import json
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mes.demo.machines.scores import Score
from mes.demo.machines.scoring import score


class Command(BaseCommand):
    help = "Compare what the MES booked with what the simulated machines truly did."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        scores = score(settings.MES_MACHINES, at=time.time())
        self.stdout.write(_as_json(scores) if options["json"] else _as_text(scores))


def _as_json(scores: list[Score]) -> str:
    return json.dumps([asdict(one) | {"is_right": one.is_right} for one in scores], indent=2)


def _as_text(scores: list[Score]) -> str:
    return "\n".join(line for one in scores for line in _lines(one)) or "No machine has told anything yet."


def _lines(one: Score) -> list[str]:
    counts = ", ".join(f"{kind} {made} / {one.counted[kind]}" for kind, made in one.made.items())
    lines = [f"{one.machine}: {'right' if one.is_right else 'WRONG'}; made / booked: {counts or 'nothing'}"]
    for name, compared in one.comparisons.items():
        wrong = f", {compared.wrong:g} wrong" if compared.wrong else ""
        young = f", {compared.under_way} under way" if compared.under_way else ""
        lines.append(f"  {name}: {compared.percent:.1f} % of {compared.compared:.0f} {compared.of}{wrong}{young}")
        lines.extend(f"    {difference}" for difference in compared.differences)
    return lines
