"""Every verb of the floor beside its own rows, written by psycopg alone: same run, tables, triggers and disk."""

import time
from collections.abc import Callable
from statistics import median

import psycopg
import pytest

from tests import databases
from tests.architecture.test_statements import STATEMENTS
from tests.bench.replay import written_by
from tests.bench.report import note

pytestmark = pytest.mark.bench

TIMES = 15
MOST_TIMES_BARE = 10
# Measured elsewhere, or no work on the floor; and those that make master data of their own, which is there once.
LEFT_OUT = {"scan_to_complete", "scan_to_complete_with_a_key", "log_on", "create_an_order"}


def timed_ms(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def can_be_set_up_again(act: Callable, plant) -> bool:
    """Whether a second piece of work for the verb can stand beside a first one; warms up what is warm in a plant."""
    act(plant)()
    try:
        act(plant)()
    except Exception:  # its products, tools or checklist are there already
        return False
    return True


@pytest.mark.parametrize("act", [a for a in STATEMENTS if a.__name__ not in LEFT_OUT], ids=lambda act: act.__name__)
def test_a_verb_costs_a_few_times_what_its_rows_cost(committed_plant, committed_database, act):
    if not can_be_set_up_again(act, committed_plant):
        pytest.skip("makes master data of its own")
    whole, bare = [], []
    with psycopg.connect(databases.url_of(committed_database), autocommit=True) as connection:
        for _ in range(TIMES):
            rows = written_by(act(committed_plant))
            bare.append(timed_ms(lambda rows=rows: rows.send(connection)))
            whole.append(timed_ms(act(committed_plant)))
    times = median(whole) / median(bare)
    note(f"| {act.__name__.replace('_', ' ')} | {median(bare):.1f} | {median(whole):.1f} | {times:.1f} |")
    assert times <= MOST_TIMES_BARE
