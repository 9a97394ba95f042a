"""What the MES has booked, beside what the machines truly did.

Counts: what each load of a machine was booked with, and each part one event. States: the same sequence, and equal by
the second wherever the machine was certainly looked at. Values: of each part those of its steps. Genealogy: what went
into which serial, and what was in one batch. Samples: every good one is what the machine showed, in that order, and
none is missing of what was certainly looked at. What is certain the record itself says (`sights`): no slack is guessed.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from equipment.models import Connection
from mes.demo.machines.plan import MACHINES
from mes.demo.machines.scores import Score
from mes.demo.machines.scoring_jobs import compare_jobs
from mes.demo.machines.scoring_parts import compare_counters, compare_parts
from mes.demo.machines.scoring_states import compare_states
from mes.demo.machines.scoring_values import compare_samples, shown_by
from mes.demo.machines.sights import Sights
from mes.demo.machines.spans import length
from mes.demo.machines.truth import LATE, STATE, Fact, facts_in

YOUNG_S = 5.0


def score(folder: Path, *, at: float, since: float = 0.0, young_s: float = YOUNG_S) -> list[Score]:
    """By the truth in this folder, at this time (seconds since 1970), of what was told since then.

    What is younger than young_s, or than what the collector has seen last, may be under way.
    """
    return scores_of(facts_of(folder, since), at=at, since=since, young_s=young_s)


def scores_of(
    facts: Mapping[str, Sequence[Fact]], *, at: float, since: float = 0.0, young_s: float = YOUNG_S
) -> list[Score]:
    """The same, of facts by machine."""
    plans = {plan.code: plan for plan in MACHINES}
    connections = Connection.objects.filter(code__in=facts.keys() & plans.keys()).select_related("account")
    found = []
    for connection in connections.order_by("code"):
        one, told = Score(connection.code), facts[connection.code]
        sights = Sights(connection, max(since, told[0].at))
        one.watched_s, one.seen_until = length(sights.spans), sights.seen_until
        young_from = min(at, one.seen_until) - young_s
        tags = {tag.code: tag for tag in connection.tags.all()}
        plan = plans[connection.code]
        compare_parts(one, tags, told, young_from)
        compare_counters(one, tags, told, young_from)
        shown = shown_by(told, sights, at)
        compare_jobs(one, plan, connection, told, shown, young_from)
        compare_states(one, connection, told, sights, at)
        compare_samples(one, tags.values(), shown, sights)
        found.append(one)
    return found


def facts_of(folder: Path, since: float) -> dict[str, list[Fact]]:
    """By machine, what was told since then; the state that lasted then, and all of the loads that were in then."""
    everything: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts_in(folder, since=since):
        everything[fact.machine].append(fact)
    found = {}
    for machine, facts in everything.items():
        young = {fact.job for fact in facts if fact.job and fact.at >= since}
        before = [fact for fact in facts if fact.kind == STATE and fact.at < since][-1:]
        lasting = [replace(fact, at=since) for fact in before]
        found[machine] = lasting + [fact for fact in facts if fact.at >= since or _is_wanted(fact, since, young)]
    return found


def _is_wanted(fact: Fact, since: float, jobs: Collection[str]) -> bool:
    """Whether what was told before says something of the time since then."""
    return fact.job in jobs if fact.job else fact.kind == LATE and float(fact.values["until"]) >= since
