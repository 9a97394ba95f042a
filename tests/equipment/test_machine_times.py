"""States as far as a machine was watched, and the time of which nobody knows."""

from datetime import UTC, datetime, timedelta

from equipment.machine_times import NOT_KNOWN, Spell, gaps, spells, united

DAY = datetime(2026, 11, 23, tzinfo=UTC)


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def spell(state: str, begin: float, end: float) -> Spell:
    return Spell(state, "", at(begin), at(end))


def shown(found: list[Spell]) -> list[tuple[str, float, float]]:
    return [
        (one.state, (one.begins_at - DAY) / timedelta(hours=1), (one.ends_at - DAY) / timedelta(hours=1))
        for one in found
    ]


def test_a_state_counts_only_as_far_as_somebody_watched():
    found = spells([spell("RUNNING", 1, 9)], [(at(0), at(4)), (at(6), at(24))], at(0), at(12))
    assert shown(found) == [
        (NOT_KNOWN, 0, 1),
        ("RUNNING", 1, 4),
        (NOT_KNOWN, 4, 6),
        ("RUNNING", 6, 9),
        (NOT_KNOWN, 9, 12),
    ]


def test_states_that_follow_each_other_leave_no_gap_and_nothing_stands_out():
    found = spells([spell("IDLE", -5, 3), spell("DOWN", 3, 50)], [(at(-9), at(90))], at(0), at(6))
    assert shown(found) == [("IDLE", 0, 3), ("DOWN", 3, 6)]


def test_without_an_observation_nothing_is_known():
    assert shown(spells([spell("RUNNING", 0, 5)], [], at(0), at(5))) == [(NOT_KNOWN, 0, 5)]


def test_times_that_touch_are_one():
    assert list(united([(at(5), at(6)), (at(1), at(2)), (at(2), at(4)), (at(1.5), at(3))])) == [
        (at(1), at(4)),
        (at(5), at(6)),
    ]


def test_gaps_are_what_lies_between():
    assert gaps([(at(1), at(2)), (at(4), at(9))], at(0), at(5)) == [(at(0), at(1)), (at(2), at(4))]
    assert gaps([], at(5), at(5)) == []
