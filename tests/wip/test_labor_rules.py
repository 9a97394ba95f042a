"""How time is apportioned: against a count of every second, and so that nothing is lost."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wip.labor import Stretch, apportioned, machine_seconds, proposed_end, seconds_of, union_of

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUANTITY = {"a": Decimal(1), "b": Decimal(3), "c": Decimal(2), "d": Decimal("0.5")}
BATCH = {"a": None, "b": "furnace", "c": "furnace", "d": None}


def at(second: int) -> datetime:
    return NOON + timedelta(seconds=second)


def stretch(key, person: str, execution: str, began: int, ended: int) -> Stretch:
    return Stretch(key, person, execution, at(began), at(ended), BATCH[execution], QUANTITY[execution])


@st.composite
def stretches(draw) -> list[Stretch]:
    rows = draw(
        st.lists(
            st.tuples(st.sampled_from("xyz"), st.sampled_from("abcd"), st.integers(0, 20), st.integers(0, 12)),
            max_size=9,
        )
    )
    return [stretch(key, who, job, began, began + long) for key, (who, job, began, long) in enumerate(rows)]


def by_the_second(given_ones: list[Stretch]) -> dict:
    """The rule as it is said, second by second."""
    shares: dict = defaultdict(Fraction)
    for second in range(40):
        for person in {one.person for one in given_ones}:
            on = [one for one in given_ones if one.person == person and one.began <= at(second) < one.ended]
            jobs = {one.job for one in on}
            for one in on:
                executions = {o.execution: Fraction(o.quantity) for o in on if o.job == one.job}
                part = executions[one.execution] / sum(executions.values())
                doubled = sum(o.execution == one.execution for o in on)
                shares[one.key] += part / len(jobs) / doubled
    return shares


@given(stretches())
def test_it_is_what_counting_every_second_gives(ones):
    expected = by_the_second(ones)
    assert apportioned(ones) == {one.key: expected[one.key] for one in ones}


def test_many_jobs_at_once_cost_no_more_each_than_a_few():
    """Counted by the fractions that are added: a clock would count what else the machine does."""

    def additions(jobs: int) -> int:
        with patch.object(Fraction, "__add__", autospec=True, side_effect=Fraction.__add__) as added:
            apportioned([Stretch(n, "x", n, at(n), at(n + jobs)) for n in range(jobs)])
        return added.call_count / jobs

    assert additions(400) <= 2 * additions(20)


@given(stretches())
def test_the_shares_of_a_person_add_up_to_the_time_they_were_on_anything(ones):
    shares = apportioned(ones)
    for person in {one.person for one in ones}:
        mine = [one for one in ones if one.person == person]
        assert sum(shares[one.key] for one in mine) == union_of(mine)


@given(stretches(), st.integers(0, 30))
def test_two_halves_of_a_day_add_up_to_the_day(ones, noon):
    first = apportioned(one.within(at(0), at(noon)) for one in ones)
    second = apportioned(one.within(at(noon), at(40)) for one in ones)
    assert {key: first[key] + second[key] for key in first} == apportioned(ones)


def test_one_person_on_two_jobs_gives_each_half():
    ones = [stretch(1, "x", "a", 0, 60), stretch(2, "x", "d", 30, 60)]
    assert apportioned(ones) == {1: 45, 2: 15}


def test_two_people_on_one_job_each_give_their_own_time():
    ones = [stretch(1, "x", "a", 0, 60), stretch(2, "y", "a", 0, 60)]
    assert apportioned(ones) == {1: 60, 2: 60}


def test_a_batch_is_one_job_and_its_share_goes_by_quantity():
    ones = [stretch(1, "x", "a", 0, 100), stretch(2, "x", "b", 0, 100), stretch(3, "x", "c", 0, 100)]
    assert apportioned(ones) == {1: 50, 2: 30, 3: 20}


def test_machine_time_is_from_start_to_end_and_of_a_batch_by_quantity():
    alone = machine_seconds(at(0), at(100), quantity=Decimal(3), batch_quantity=Decimal(3))
    of_five = machine_seconds(at(0), at(100), quantity=Decimal(3), batch_quantity=Decimal(5))
    assert (alone, of_five) == (100, 60)
    assert seconds_of(timedelta(microseconds=1)) == Fraction(1, 1_000_000)


@pytest.mark.parametrize(
    ("shift_end", "last_act", "logged_off", "proposed"),
    [
        (10, None, None, 10),
        (10, 8, None, 10),
        (10, 12, None, 12),
        (10, 5, 7, 7),
        (None, 5, None, 5),
        (None, None, None, None),
    ],
)
def test_a_forgotten_end_is_proposed_at_log_off_or_shift_end_or_the_last_act(shift_end, last_act, logged_off, proposed):
    moment = [None if one is None else at(one) for one in (shift_end, last_act, logged_off, proposed)]
    assert proposed_end(shift_end=moment[0], last_act=moment[1], logged_off=moment[2]) == moment[3]
