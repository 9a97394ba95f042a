"""Whose time counts for what, minute by minute: everybody's minute goes in equal parts to the jobs that they are on.

A batch is one job; its part goes to what was in it by quantity.
"""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

MINUTE = 60


def minutes_by_job(spans: Sequence[dict[str, Any]], now: int) -> Counter[int]:
    """The minutes of each job, by its id. Every moment that is told is a whole minute."""
    found: Counter[int] = Counter()
    known = [span for span in spans if span["job"]["status"] != "CANCELLED"]
    for minute in range(min((span["began"] for span in known), default=now), now, MINUTE):
        on: dict[str, dict[Any, list[dict[str, Any]]]] = {}
        for span in known:
            job = span["job"]
            ended = next(at for at in (span["ended"], job["ended"], now) if at is not None)
            if span["began"] <= minute < ended:
                run = ("batch", job["batch"]) if job["batch"] is not None else job["id"]
                on.setdefault(span["who"], {}).setdefault(run, []).append(job)
        for runs in on.values():
            for jobs in runs.values():
                whole = sum(in_it(job) for job in jobs)
                for job in jobs:
                    part = Fraction(in_it(job), whole) if whole else Fraction(1, len(jobs))
                    found[job["id"]] += part / len(runs)
    return found


def in_it(job: dict[str, Any]) -> int:
    """How much the job was of, whatever was split off or merged in since."""
    return job["quantity"] - job["moved"]
