"""Which values are stored, against what must hold of every series of them."""

import math
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.collection.reporting import Report, Rule
from equipment.drivers.base import Quality

GOOD, BAD = int(Quality.GOOD), int(Quality.BAD_COMMUNICATION)
strange = st.integers(-20, 20) | st.sampled_from([0.5, 1.25, -3.75, math.nan, math.inf, 1e308, "S-100", None])
qualities = st.sampled_from([GOOD, GOOD, GOOD, int(Quality.UNCERTAIN), BAD, int(Quality.BAD_DEVICE_FAILURE)])
rules = st.builds(
    Rule,
    scale=st.sampled_from([1.0, 1.0, 0.5, -2.0]),
    offset=st.sampled_from([0.0, 10.0]),
    low=st.sampled_from([None, -5.0]),
    high=st.sampled_from([None, 15.0]),
    report=st.sampled_from(["ALWAYS", "CHANGE", "DEADBAND"]),
    deadband=st.sampled_from([0.0, 1.0, 4.0]),
    silence_us=st.sampled_from([0, 50]),
)


def in_time(read: list[tuple]) -> list[tuple]:
    """(time, value, quality) of (microseconds since the one before, value, quality)."""
    times = accumulate((after for after, _, _ in read), initial=1_000)
    return [(at, value, quality) for at, (_, value, quality) in zip(times, read, strict=False)]


pauses = st.sampled_from([1, 5, 20, 60])
series = st.lists(st.tuples(pauses, strange, qualities), min_size=1, max_size=25).map(in_time)


def stored_of(rule: Rule, read: list[tuple], last=None) -> list[tuple]:
    report = Report(rule, last)
    return [stored for one in read if (stored := report.take(*one)) is not None]


def judged(rule: Rule, value, quality) -> tuple:
    """What a value means by its rule, written down once more."""
    if quality < 64 or value is None:
        return None, min(quality, 63)
    if isinstance(value, str):
        return value, quality
    value = value * rule.scale + rule.offset
    if math.isnan(value) or math.isinf(value):
        return None, Quality.BAD_SENSOR_FAILURE
    for bound, is_beyond in ((rule.low, lambda v, b: v < b), (rule.high, lambda v, b: v > b)):
        if bound is not None and is_beyond(value, bound):
            return bound, Quality.UNCERTAIN_OUT_OF_RANGE
    return value, quality


def is_close(rule: Rule, stored, meant) -> bool:
    if rule.report == "DEADBAND" and not isinstance(stored, str | None) and not isinstance(meant, str | None):
        return abs(stored - meant) <= rule.deadband
    return stored == meant


@given(rules, series)
def test_what_is_stored_tells_at_any_moment_what_was_read(rule, read):
    report = Report(rule)
    last = None
    for at, value, quality in read:
        last = report.take(at, value, quality) or last
        meant, with_quality = judged(rule, value, quality)
        assert last[2] == with_quality
        assert is_close(rule, last[1], meant)
        assert not rule.silence_us or at - last[0] < rule.silence_us  # no change differs from no data
        assert report.now == (meant, with_quality)


@given(rules, series)
def test_nothing_is_stored_without_a_reason(rule, read):
    for before, after in pairwise(stored_of(rule, read)):
        assert before[0] < after[0]
        assert (
            before[2] != after[2]
            or not is_close(rule, before[1], after[1])
            or (rule.silence_us and after[0] - before[0] >= rule.silence_us)
            or (rule.report == "ALWAYS" and after[1] is not None)  # what is bad is stored when it becomes so
        )


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("report", ["ALWAYS", "CHANGE", "DEADBAND"])
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_sensor_that_fails_is_stored_once_and_without_a_value(scale, report, value):
    read = [(1, 5.0, GOOD), (2, value, GOOD), (3, value, GOOD), (4, 5.0, GOOD)]
    good, bad = (scale * 5.0, GOOD), (None, Quality.BAD_SENSOR_FAILURE)
    assert stored_of(Rule(report=report, deadband=1, scale=scale), read) == [(1, *good), (2, *bad), (4, *good)]


@given(rules, series)
def test_what_is_no_number_is_never_stored_as_one(rule, read):
    for _, value, quality in stored_of(rule, read):
        assert not isinstance(value, float) or math.isfinite(value)
        assert (value is None) == (quality < Quality.UNCERTAIN)


@given(rules, series, st.data())
def test_another_collector_goes_on_from_what_was_stored_last(rule, read, data):
    half = data.draw(st.integers(0, len(read)))
    first = stored_of(rule, read[:half])
    assert first + stored_of(rule, read[half:], first[-1] if first else None) == stored_of(rule, read)


@given(rules, series, st.integers(0, 5_000))
def test_times_only_go_up_though_a_clock_goes_back(rule, read, back):
    stored = stored_of(rule, [*read, *((at - back, value, quality) for at, value, quality in read)])
    assert all(before[0] < after[0] for before, after in pairwise(stored))


@given(series)
def test_always_is_each_good_value(read):
    good = [one for one in read if one[2] >= 64 and isinstance(one[1], int | float) and math.isfinite(one[1])]
    assert stored_of(Rule(report="ALWAYS"), good) == good


@pytest.mark.parametrize("report", ["ALWAYS", "CHANGE", "DEADBAND"])
def test_a_lost_link_is_one_bad_value_at_the_edge(report):
    lost = int(Quality.BAD_NOT_CONNECTED)
    tag = Report(Rule(report=report))
    assert tag.lose(5, lost) is None  # nothing was ever known of it
    assert tag.take(10, 7, GOOD) == (10, 7, GOOD)
    assert tag.lose(20, lost) == (20, None, lost)
    assert tag.lose(30, lost) is None
    assert Report(Rule(report=report), (20, None, lost)).lose(30, lost) is None  # another collector, the same loss
    assert tag.take(40, 7, GOOD) == (40, 7, GOOD)


def test_a_big_number_is_not_rounded():
    assert Report(Rule()).take(1, 2**63 + 1, GOOD) == (1, 2**63 + 1, GOOD)
    assert Report(Rule(scale=0.5, is_whole=True)).take(1, 2**63 + 1, GOOD) == (1, 2**63 + 1, GOOD)


@pytest.mark.parametrize("text", ["x" * 251, "S-\0"])
def test_a_text_that_no_table_takes_is_bad_as_it_is_read(text):
    tag = Report(Rule())
    assert tag.take(1, text, GOOD) == (1, None, Quality.BAD_CONFIGURATION)
    assert tag.take(2, text, GOOD) is None, "one bad value, and none again until another comes"
    assert tag.take(3, "x" * 250, GOOD) == (3, "x" * 250, GOOD)
