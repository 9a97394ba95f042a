"""States of stations against a builder that looks at every instant anew."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from equipment.collection.state_building import (
    COMPARISONS,
    MACHINERY,
    NOT_KNOWN,
    PACKML,
    Condition,
    StateBuilder,
    Term,
    state_of,
)
from equipment.drivers.base import Quality
from equipment.status import MachineState

TAGS = ["speed", "alarm", "mode"]
END = 40
terms = st.builds(Term, st.sampled_from(TAGS), st.sampled_from(list(COMPARISONS)), st.integers(0, 3))
conditions = st.lists(
    st.builds(Condition, st.sampled_from([*MachineState.values]), st.just(""), st.lists(terms, max_size=3).map(tuple)),
    max_size=5,
)
values = st.tuples(st.integers(0, 3), st.just(192)) | st.sampled_from([(None, 24), (2, 68), ("text", 192), (1, 0)])
# At an instant some tags have a new value, or the link is lost.
news = st.dictionaries(
    st.integers(0, END - 1), st.dictionaries(st.sampled_from(TAGS), values, min_size=1) | st.just("lost"), max_size=20
)
SIGNS = {"EQ": "==", "NE": "!=", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}


def state_at(conditions: list[Condition], news: dict, instant: int) -> tuple[str, str]:
    """By all that came until then, read anew; what a bad value could be is tried out."""
    seen: dict = {}
    for at in sorted(at for at in news if at <= instant):
        seen = {} if news[at] == "lost" else seen | news[at]
    if not seen:
        return NOT_KNOWN
    known = {tag: v for tag, (v, quality) in seen.items() if quality >= 64 and isinstance(v, int)}
    for condition in conditions:
        judged = [
            eval(f"{known[term.tag]} {SIGNS[term.comparison]} {term.value}") if term.tag in known else None
            for term in condition.terms
        ]
        if all(judged):
            return condition.state, condition.detail
        if all(verdict is not False for verdict in judged):
            return NOT_KNOWN
    return NOT_KNOWN


def told(conditions: list[Condition], news: dict) -> list[tuple[int, tuple[str, str]]]:
    """The changes that a builder tells of the same."""
    builder, seen, changes = StateBuilder(conditions), {}, []
    for at in sorted(news):
        if news[at] == "lost":
            seen.clear()
            changes.append(builder.lose(at))
        else:
            seen |= news[at]
            changes.append(builder.take(at, seen))
    return [change for change in changes if change is not None]


@given(conditions, news)
def test_the_state_at_every_instant_is_what_the_values_until_then_say(conditions, news):
    changes = told(conditions, news)
    for instant in range(END):
        now = [state for at, state in changes if at <= instant]
        assert (now[-1] if now else NOT_KNOWN) == state_at(conditions, news, instant)


@given(conditions, news)
def test_no_two_states_overlap_and_each_differs_from_the_one_before(conditions, news):
    changes = [(-1, NOT_KNOWN), *told(conditions, news)]
    for (at, state), (later, other) in pairwise(changes):
        assert at < later
        assert state != other


@given(conditions, st.dictionaries(st.sampled_from(TAGS), st.tuples(st.integers(0, 3), st.just(192))))
def test_what_is_not_needed_may_be_bad(conditions, values):
    """A state that is told stays so whatever the values are that were not known."""
    state = state_of(conditions, values)
    if state != NOT_KNOWN:
        for tag in set(TAGS) - set(values):
            for value in range(4):
                assert state_of(conditions, values | {tag: (value, 192)}) == state


def test_times_go_up_though_a_clock_goes_back():
    running = [Condition("RUNNING", "", (Term("speed", "GT", 0),))]
    builder = StateBuilder(running, open_since=100)
    assert builder.take(50, {"speed": (1, 192)}) == (101, ("RUNNING", ""))
    assert builder.lose(60) == (102, NOT_KNOWN)
    assert builder.lose(70) is None


def test_a_condition_without_terms_is_what_else_there_is():
    both = [Condition("RUNNING", "", (Term("speed", "GT", 0),)), Condition("IDLE", "", ())]
    assert state_of(both, {"speed": (1, 192)}) == ("RUNNING", "")
    assert state_of(both, {"speed": (0, 192)}) == ("IDLE", "")
    assert state_of(both, {"speed": (None, int(Quality.BAD))}) == NOT_KNOWN


def test_the_presets_name_states_of_ours_for_every_number_of_the_standards():
    assert set(PACKML) == set(range(1, 18))
    assert set(MACHINERY) == set(range(4))
    assert {state for state, _ in [*PACKML.values(), *MACHINERY.values()]} <= set(MachineState.values)
    assert PACKML[6] == ("RUNNING", "Execute")
    assert PACKML[9] == ("DOWN", "Aborted")
