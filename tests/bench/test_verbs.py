"""Every verb of the floor beside its own rows, written by psycopg alone: same run, tables, triggers and disk."""

import time
from collections.abc import Callable, Sequence
from statistics import quantiles

import psycopg
import pytest

from tests import databases
from tests.architecture.test_statements import STATEMENTS
from tests.bench.replay import written_by
from tests.bench.report import note
from tests.verbs.workshop import Workshop

pytestmark = pytest.mark.bench

TIMES, WARM = 15, 3  # psycopg prepares what it sends for the third time
MOST_TIMES_BARE = 10
READS_A_ROUTING = {"apply_a_redline": 15}  # one that nobody has read yet: once an order, by an engineer
# Measured elsewhere, or no work on the floor.
LEFT_OUT = {"scan_to_complete", "scan_to_complete_with_a_key", "log_on", "create_an_order"}
VERBS = [act for act in STATEMENTS if act.__name__ not in LEFT_OUT]


@pytest.fixture(scope="module", autouse=True)
def table() -> None:
    note("| verb | statements | bare ms | verb ms | times bare |\n|---|---|---|---|---|")


def timed_ms(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return (time.perf_counter() - begun) * 1000


def quicker(times: Sequence[float]) -> float:
    """The time that a tenth of them stays below, which other programs of the machine disturb least."""
    return quantiles(times, n=10)[0]


@pytest.mark.parametrize("act", VERBS, ids=lambda act: act.__name__)
def test_a_verb_costs_a_few_times_what_its_rows_cost(committed_plant, committed_database, act):
    shop = Workshop(committed_plant)
    bare = []
    with psycopg.connect(databases.url_of(committed_database), autocommit=True) as connection:
        for _ in range(TIMES):
            rows = written_by(act(shop))
            bare.append(timed_ms(lambda rows=rows: rows.send(connection)))
    # After what was taken back psycopg has to prepare its statements again: what is warm in a plant is warm here.
    for _ in range(WARM):
        act(shop)()
    whole = [timed_ms(act(shop)) for _ in range(TIMES)]
    least, took = quicker(bare), quicker(whole)
    words = act.__name__.replace("_", " ")
    note(f"| {words} | {STATEMENTS[act]} | {least:.1f} | {took:.1f} | {took / least:.1f} |")
    assert took <= READS_A_ROUTING.get(act.__name__, MOST_TIMES_BARE) * least
