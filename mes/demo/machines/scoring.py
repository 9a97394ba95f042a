"""What the MES has booked, beside what the machines truly did.

Counts: what each load of a machine was booked with, and each part one event. States: equal wherever the connection was
watched, but for one period (and the slack of a busy computer) at each change, and not known where it was not. Values:
of each part those of its steps. Genealogy: what went into which serial, and what was in one batch. Samples: every good
one is what the machine showed then.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from equipment.models import Connection, Observation
from mes.demo.machines.plan import MACHINES
from mes.demo.machines.scores import Score
from mes.demo.machines.scoring_jobs import compare_jobs
from mes.demo.machines.scoring_parts import compare_counters, compare_parts
from mes.demo.machines.scoring_states import compare_states
from mes.demo.machines.scoring_values import compare_samples
from mes.demo.machines.spans import Span, length
from mes.demo.machines.truth import STATE, Fact, facts_in

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
        one, told, watched = Score(connection.code), facts[connection.code], watched_of(connection, since)
        one.watched_s = length(watched)
        one.seen_until = watched[-1][1] if watched else 0.0
        young_from = min(at, watched[-1][1] if watched else 0.0) - young_s
        tags = {tag.code: tag for tag in connection.tags.all()}
        plan = plans[connection.code]
        compare_parts(one, tags, told, young_from)
        compare_counters(one, tags, told, young_from)
        compare_jobs(one, plan, connection, told, young_from)
        compare_states(one, connection, told, watched, at)
        compare_samples(one, connection, tags.values(), told)
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
        found[machine] = lasting + [fact for fact in facts if fact.at >= since or (fact.job and fact.job in young)]
    return found


def watched_of(connection: Connection, since: float = 0.0) -> Sequence[Span]:
    spans = Observation.objects.filter(connection=connection).order_by("began_at").values_list("began_at", "seen_until")
    found = ((began.timestamp(), seen.timestamp()) for began, seen in spans)
    return [(began, seen) for began, seen in found if seen >= since]
