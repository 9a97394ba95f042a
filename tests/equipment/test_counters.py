"""Counters of machines against a machine that knows what it made, however its counter rolls over and is reset."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.collection.counters import Count, advance

RESET_BELOW = 100
UNKNOWN = Count(None, 0)


@st.composite
def walks(draw, rollover: int) -> tuple[list[int], int]:
    """What a counter shows each time it is looked at, and how many were made from the first look on.

    Between two looks it counts less than once around, and where it rolls over it goes on to the reset limit at least:
    nobody can tell the rest by the values alone.
    """
    shown = draw(st.integers(0, rollover - 1))
    looks, made = [shown], 0
    for is_reset, few, some in draw(st.lists(st.tuples(st.booleans(), st.integers(0, 99), st.integers(0, 2**32)))):
        if is_reset and shown >= RESET_BELOW:
            more = shown = few  # made since it began anew
        else:
            more = some % rollover
            if shown + more >= rollover and (shown + more) % rollover < RESET_BELOW:
                more = 0
            shown = (shown + more) % rollover
        looks.append(shown)
        made += more
    return looks, made


def counted(looks: list[int], rollover: int, before: Count = UNKNOWN) -> Count:
    for raw in looks:
        before = advance(before, raw, rollover=rollover, reset_below=RESET_BELOW)
    return before


@given(st.sampled_from([2**16, 2**32]).flatmap(lambda size: st.tuples(st.just(size), walks(size))))
def test_what_is_counted_is_what_was_made(walked):
    rollover, (looks, made) = walked
    assert counted(looks, rollover) == Count(looks[-1], made)


@given(walks(2**16), st.data())
def test_another_collector_that_goes_on_counts_the_same(walked, data):
    looks, _ = walked
    half = data.draw(st.integers(0, len(looks) - 1))
    first = counted(looks[: half + 1], 2**16)
    anew = Count(first.raw, first.total)
    assert counted(looks[half:], 2**16, anew) == counted(looks, 2**16)


@given(st.lists(st.integers(-(2**15), 2**16 - 1), min_size=1), st.sampled_from([0, 2**16]), st.integers(0, 200))
def test_a_total_never_falls_whatever_a_counter_shows(looks, rollover, reset_below):
    count, before = UNKNOWN, 0
    for raw in looks:
        count = advance(count, raw, rollover=rollover, reset_below=reset_below)
        assert count.total >= before
        before = count.total


@given(walks(2**16))
def test_a_register_that_is_read_with_a_sign_counts_the_same(walked):
    looks, made = walked
    signed = [raw - 2**16 if raw >= 2**15 else raw for raw in looks]
    assert counted(signed, 2**16).total == made


@pytest.mark.parametrize(
    ("before", "raw", "rollover", "more"),
    [
        (7, 7, 2**16, 0),
        (65_530, 4_000, 2**16, 4_006),  # rolled over
        (65_530, 4, 2**16, 4),  # below the limit: reset
        (500, 200, 0, 200),  # what can't roll over was reset
        (2**32 - 1, 100, 2**32, 101),
    ],
)
def test_a_fall_is_a_reset_below_the_limit_and_else_a_rollover(before, raw, rollover, more):
    assert advance(Count(before, 10), raw, rollover=rollover, reset_below=RESET_BELOW) == Count(raw, 10 + more)


def test_the_first_look_counts_nothing():
    assert advance(UNKNOWN, 4_711, rollover=2**16, reset_below=0) == Count(4_711, 0)


def test_the_first_look_at_another_register_keeps_what_was_counted():
    assert advance(Count(None, 30), 4_711, rollover=2**16, reset_below=0) == Count(4_711, 30)
