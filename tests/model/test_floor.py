"""All verbs of the floor against tests/model/floor/rules.py: after every step the same answer, the same pieces."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from genealogy.models import Unit
from tests.model.floor.machine import InMotion
from tests.model.floor.verbs import Verbs, verbs_on

ACTS = (
    *("start", "skip", "record", "take", "book", "complete", "join", "resume", "take_over", "pause", "undo"),
    *("send_back", "send_through_repair", "split", "merge", "redline", "resize", "cancel", "hold", "release"),
    *("start_batch", "record_batch", "complete_batch", "take_over_batch", "load", "unload", "move"),
)
ANSWERS = {(act, is_allowed) for act in ACTS for is_allowed in (True, False)}


def run(verbs: Verbs, *, examples: int, number: int | None) -> Counter[tuple[str, bool]]:
    """How often each act was allowed and refused. number: always the same run; None: another one each time."""
    reached: Counter[tuple[str, bool]] = Counter()
    machine = type("InMotion", (InMotion,), {"verbs": verbs, "reached": reached})
    if number is not None:
        machine = seed(number)(machine)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=50,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # making a failure smaller takes minutes here
            suppress_health_check=list(HealthCheck),
        ),
    )
    return reached


@pytest.mark.long
@pytest.mark.parametrize("number", range(4))
def test_the_verbs_count_pieces_as_the_rules_do(committed_plant, number):
    """A quarter each of 2,000 steps, so that both processes of a test run have some."""
    reached = run(verbs_on(committed_plant), examples=13, number=number)
    assert reached.total() >= 500
    assert len(reached) >= 40, f"too few of the {len(ANSWERS)} answers were met: {reached}"


@pytest.mark.slow
def test_the_verbs_count_pieces_as_the_rules_do_for_50_000_steps(committed_plant):
    verbs, reached = verbs_on(committed_plant), Counter[tuple[str, bool]]()
    for _tenth in range(10):
        reached += run(verbs, examples=120, number=None)
    assert reached.total() >= 50_000
    assert set(reached) == ANSWERS, f"not met: {ANSWERS - set(reached)}"
    assert Unit.objects.filter(status="FINISHED", work_order__isnull=False).exists(), "no unit got to its end"
