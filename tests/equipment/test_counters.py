"""Counters of machines against a machine that knows what it made, however its counter rolls over, is reset, is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.collection.counters import MOST_PIECES, USUAL_PER_MINUTE, Rules, Steps, fitting

SECOND = 1_000_000
ROLLS, WIDE, STARTS = Rules(2**16, 10), Rules(2**32, 10), Rules()
MOST = USUAL_PER_MINUTE // 60  # in one look, a second after the other


def counted(looks: list[int], rules: Rules, *, first: int | None = None, every_us: int = SECOND) -> tuple[int, int]:
    """What counts by itself, and how many steps wait for a person. first: what is on record of it."""
    steps, total, asked = Steps(rules, first, 0), 0, 0
    for place, raw in enumerate(looks, 1):
        more, is_believed = steps.take(raw, place * every_us)
        total += more if is_believed else 0
        asked += not is_believed
    return total, asked


@st.composite
def walks(draw, rules: Rules) -> tuple[list[int], int]:
    """What a counter shows each second, and how many were made from the first look on: at most so many as it can.

    It is reset now and then, where the rules let nobody take that for anything else.
    """
    highest = (rules.rollover or 2**40) - 1
    near_the_end = st.integers(highest - 500, highest) if rules.rollover else st.integers(0, 2**32)
    shown = draw(st.one_of(st.integers(0, 2**16 - 1), near_the_end, st.integers(0, 500)))
    looks, made = [shown], 0
    for is_reset, few, some in draw(st.lists(st.tuples(st.booleans(), st.integers(0, 9), st.integers(0, MOST)))):
        if is_reset and shown >= 2 * MOST + 18:
            more = shown = few  # made since it began anew
        else:
            more = some
            if rules.rollover and shown + more >= rules.rollover and (shown + more) % rules.rollover < 10:
                more = 0
            shown = (shown + more) % (highest + 1)
        looks.append(shown)
        made += more
    return looks, made


def believing(rules: Rules):
    return st.tuples(st.just(rules), walks(rules))


@given(st.sampled_from([ROLLS, WIDE, STARTS]).flatmap(believing))
def test_what_is_counted_is_what_was_made_and_nobody_is_asked(walked):
    rules, (looks, made) = walked
    assert counted(looks, rules) == (made, 0)


@given(st.sampled_from([ROLLS, STARTS]).flatmap(believing), st.data())
def test_another_collector_that_goes_on_counts_the_same(walked, data):
    rules, (looks, made) = walked
    half = data.draw(st.integers(0, len(looks) - 1))
    first, _ = counted(looks[: half + 1], rules)
    rest, _ = counted(looks[half + 1 :], rules, first=looks[half])
    assert first + rest == made


@given(walks(ROLLS))
def test_a_register_that_is_read_with_a_sign_counts_the_same(walked):
    looks, made = walked
    assert counted([raw - 2**16 if raw >= 2**15 else raw for raw in looks], ROLLS) == (made, 0)


class Glitchy:
    """A machine whose register is at the mercy of people and power: it shows what it made, but for that."""

    def __init__(self, shown: int, size: int) -> None:
        self.shown, self.size, self.made, self.glitches, self.looks = shown, size, 0, 0, [shown]

    def look(self, shown: int | None = None) -> None:
        if shown is not None:
            self.glitches += self.shown != shown
            self.shown = shown
        self.looks.append(self.shown)

    def make(self, more: int) -> None:
        self.made += more
        self.shown = (self.shown + more) % self.size
        self.look()

    def correct(self, by: int) -> None:
        """At its panel."""
        self.look(min(max(self.shown + by, 0), self.size - 1))

    def dip(self, low: int) -> None:
        """It is cleared, or never was there, and comes back from memory."""
        before = self.shown
        self.look(min(low, before))
        self.look(before)


glitches = st.lists(
    st.one_of(
        st.tuples(st.just("make"), st.integers(0, MOST)),
        st.tuples(st.just("make"), st.integers(0, 2)),
        st.tuples(st.just("correct"), st.one_of(st.integers(-60_000, 60_000), st.integers(-200, 200))),
        st.tuples(st.just("dip"), st.one_of(st.just(0), st.integers(0, 60_000))),
    ),
    max_size=40,
)


@given(st.sampled_from([ROLLS, STARTS, Rules(2**16), Rules(2**32), Rules(0, 50)]), st.integers(0, 65_535), glitches)
def test_what_nobody_made_counts_no_more_than_could_have_been_made_in_that_look(rules, shown, walk):
    machine = Glitchy(shown, rules.rollover or 2**40)
    for act, number in walk:
        getattr(machine, act)(number)
    total, _asked = counted(machine.looks, rules)
    assert total <= machine.made + machine.glitches * MOST


@given(st.lists(st.integers(-(2**63), 2**64 - 1), min_size=1), st.sampled_from([0, 2**16, 2**32, 2**63 - 1]))
def test_whatever_a_counter_shows_its_total_never_falls_and_no_step_is_more_than_an_event_takes(looks, rollover):
    steps = Steps(Rules(rollover), None, 0)
    for place, raw in enumerate(looks):
        more, is_believed = steps.take(raw, place * 10**15)
        assert more >= 0
        assert more <= MOST_PIECES or not is_believed
        assert steps.raw == fitting(raw, rollover)


@pytest.mark.parametrize(
    ("before", "raw", "rules", "more", "is_believed"),
    [
        (7, 8, STARTS, 1, True),
        (5_000, 5_100, STARTS, 100, True),
        (5_000, 5_101, STARTS, 101, False),  # more than a hundred in a second
        (5_000, 5_003, Rules(most_per_minute=120), 3, False),
        (5_000, 5_001, Rules(most_per_minute=1), 1, True),  # one always may
        (5_000, 5_020, Rules(most_per_minute=120, period_s=10), 20, True),
        (65_530, 40, ROLLS, 46, True),  # rolled over
        (65_530, 4, ROLLS, 4, True),  # below the limit: reset
        (65_530, 4, Rules(2**16), 10, True),  # no limit, so it rolled over
        (2**32 - 1, 60, WIDE, 61, True),
        (65_000, 3_000, ROLLS, 3_536, False),  # rolled over too far
        (5_000, 4_999, Rules(2**16), 4_999, False),  # corrected
        (5_000, 4_999, Rules(2**32), 4_999, False),
        (5_000, 4_999, STARTS, 4_999, False),
        (5_000, 30, STARTS, 30, True),  # reset, and a little was made since
        (5_000, 30, Rules(2**16), 30, True),  # rolled over it would have made sixty thousand
        (5_000, 30, Rules(reset_below=10), 30, False),  # no reset, says who set the limit
        (12, 8, Rules(reset_below=10), 8, True),
        (500, 200, STARTS, 200, False),
        (5_000, 0, STARTS, 0, True),
        (65_000, 0, Rules(2**16), 0, True),
        (50, 49, Rules(100), 99, False),
        (2**64 - 1, 0, STARTS, 0, True),
    ],
)
def test_a_step_is_believed_where_a_machine_can_have_made_it(before, raw, rules, more, is_believed):
    steps = Steps(rules, None, 0)
    steps.take(before, 0)
    assert steps.take(raw, SECOND) == (more, is_believed)


@pytest.mark.parametrize("rules", [STARTS, Rules(2**16), ROLLS, Rules(2**32)])
@pytest.mark.parametrize("high", [50, 5_000, 40_000])
def test_what_falls_to_nothing_and_comes_back_counts_nothing(rules, high):
    assert counted([high, 0, high], rules) == (0, 1)
    assert counted([high, 0, 0, 1, high, high + 1], rules) == (2, 1)


def test_a_correction_by_a_few_leaves_what_is_made_after_it_alone():
    assert counted([5_000, 4_999, 5_001, 5_004], STARTS) == (5, 1)


def test_what_is_counted_up_again_counts():
    assert counted([50, 0, *range(1, 61)], STARTS) == (60, 0)


def test_longer_out_of_sight_more_may_have_been_made():
    steps = Steps(STARTS, None, 0)
    steps.take(5_000, 0)
    steps.lose()
    assert steps.take(15_000, 100 * SECOND, known_us=99 * SECOND) == (10_000, True)
    assert steps.take(25_000, 200 * SECOND, known_us=199 * SECOND) == (10_000, False), "it stood until a second ago"


def test_the_first_look_counts_nothing():
    assert Steps(ROLLS, None, 0).take(4_711, SECOND) == (0, True)
