"""How long a collector waits before it tries a lost machine again."""

from hypothesis import given
from hypothesis import strategies as some

from equipment.collection.watching import FIRST_PAUSE_S, LONGEST_PAUSE_S, pause_after

BACK_WITHIN_S = 10.0
TIMEOUT_S = 1.0  # of a connection as it is made
tries = some.lists(some.tuples(some.booleans(), some.floats(0, 1)), min_size=1, max_size=60)


@given(tries)
def test_no_pause_keeps_a_machine_that_is_back_from_being_watched_within_ten_seconds(tries):
    pause_s = FIRST_PAUSE_S
    for reached, chance in tries:
        pause_s, wait_s = pause_after(pause_s, reached=reached, chance=chance)
        # The try that was under way when it came back, the pause, then connecting and the first reading.
        assert 0 < wait_s < 8
        assert TIMEOUT_S + wait_s + TIMEOUT_S < BACK_WITHIN_S


def test_the_pauses_grow_and_begin_anew_when_something_came():
    pauses, pause_s = [], FIRST_PAUSE_S
    for reached in (True, False, False, False, False, False, False, True):
        pause_s, wait_s = pause_after(pause_s, reached=reached, chance=0.5)
        pauses.append(wait_s)
    assert pauses == [FIRST_PAUSE_S, 0.5, 1, 2, 4, LONGEST_PAUSE_S, LONGEST_PAUSE_S, FIRST_PAUSE_S]


@given(some.floats(0, 1))
def test_machines_that_were_lost_together_are_tried_apart(chance):
    _, wait_s = pause_after(LONGEST_PAUSE_S, reached=False, chance=chance)
    assert abs(wait_s - LONGEST_PAUSE_S * (0.75 + chance / 2)) < 1e-9
