"""The slots of a schedule: where they lie, and which are over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.drivers.modbus.schedule import Schedule

schedules = st.builds(Schedule, st.integers(1_000, 5_000_000), st.integers(0, 5_000_000))
moments = st.integers(1_600_000_000_000_000, 1_900_000_000_000_000)


@given(schedules, moments)
def test_a_slot_is_a_multiple_of_the_period_set_off_by_the_phase(schedule, now):
    first = schedule.first(now)
    assert (first - schedule.phase_us) % schedule.period_us == 0
    assert now < first <= now + schedule.period_us


@given(schedules, moments, st.integers(0, 20_000_000))
def test_every_slot_is_polled_or_counted_as_missed(schedule, now, taken):
    slot = schedule.first(now)
    later, missed = schedule.after(slot, slot + taken)
    assert later == slot + (missed + 1) * schedule.period_us
    assert missed == max(taken // schedule.period_us - 1, 0)
    assert later + schedule.period_us > slot + taken  # what is polled now is not over


@given(schedules, moments, st.integers(2, 1_000))
def test_a_clock_that_is_set_back_begins_the_schedule_anew(schedule, now, periods):
    slot = schedule.first(now)
    earlier = slot - periods * schedule.period_us - 1
    assert schedule.after(slot, earlier) == (schedule.first(earlier), 0)


def test_a_period_of_nothing_is_refused():
    assert Schedule.of(0.5, 0.25) == Schedule(500_000, 250_000)
    with pytest.raises(ValueError, match="millisecond is the shortest"):
        Schedule.of(0, 0)


def test_who_wakes_late_polls_the_slot_that_is_now():
    schedule = Schedule(100)
    assert schedule.woken(500, 500) == (500, 0)
    assert schedule.woken(500, 599) == (500, 0)
    assert schedule.woken(500, 820) == (800, 3)
    assert schedule.woken(500, 120) == (500, 0), "a clock that was set back"
