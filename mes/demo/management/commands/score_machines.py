import json
import time
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from mes.demo.machines.scoring import Score, score
from mes.demo.machines.truth import FILE


class Command(BaseCommand):
    help = "Compare what the MES booked with what the simulated machines truly did."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="as JSON, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        scores = score(settings.MES_MACHINES / FILE, at=time.time())
        self.stdout.write(_as_json(scores) if options["json"] else _as_text(scores))


def _as_json(scores: list[Score]) -> str:
    return json.dumps([asdict(one) | {"is_right": one.is_right} for one in scores], indent=2)


def _as_text(scores: list[Score]) -> str:
    return "\n".join(line for one in scores for line in _lines(one)) or "No machine has told anything yet."


def _lines(one: Score) -> list[str]:
    counts = [f"{kind}: made {made}, counted {one.counted[kind]}" for kind, made in one.made.items()]
    lines = [
        f"{one.machine}: {'right' if one.is_right else 'WRONG'}",
        *counts,
        f"states: {one.states_s:.0f} s of {one.watched_s:.0f} s watched compared, {one.wrong_states_s:.1f} s wrong,"
        f" {one.known_unwatched_s:.1f} s said to be known while nobody watched",
        f"values: {one.values} compared, {one.wrong_values} wrong",
        *one.wrong_parts[:5],
    ]
    return [lines[0], *(f"  {line}" for line in lines[1:])]
