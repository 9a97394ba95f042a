"""Secrets entered at the same time: counted one by one, and a lock stands against whoever was read before it."""

import pytest

from mes.kernel.door import open_door
from mes.kernel.personnel.actions.secrets import FAILURES, LOCKED_FOR, PersonLocked, SecretWrong, confirm_pin, set_pin
from mes.kernel.personnel.models import Person
from tests.plant import NOW, PIN
from tests.races.runners import Meanwhile, at_once


def amina() -> Person:
    return Person.objects.get(username="amina")


def enter_wrong_pins(times: int) -> None:
    for _ in range(times):
        with pytest.raises(SecretWrong):
            confirm_pin(person=amina(), pin="0000", at=NOW)


@pytest.mark.django_db
def test_a_lock_holds_for_who_was_read_before_it_and_is_not_cleared_by_them(plant):
    enter_wrong_pins(1)
    early = amina()
    enter_wrong_pins(FAILURES - 1)
    for pin in (PIN, "0000"):
        with pytest.raises(PersonLocked):
            confirm_pin(person=early, pin=pin, at=NOW)
    assert amina().locked_until == NOW + LOCKED_FOR


@pytest.mark.django_db
def test_a_pin_that_was_changed_meanwhile_no_longer_fits(plant):
    early = amina()
    with plant.door("omar"):
        set_pin(person=amina(), pin="90210")
    with pytest.raises(SecretWrong):
        confirm_pin(person=early, pin=PIN, at=NOW)


def test_of_many_wrong_pins_at_once_as_many_are_judged_as_are_allowed(committed_plant):
    people = [amina() for _ in range(3 * FAILURES)]
    guesses = [lambda who=person: confirm_pin(person=who, pin="0000", at=NOW) for person in people]
    answers = [type(answer) for answer in at_once(*guesses)]
    assert answers.count(SecretWrong) == FAILURES
    assert answers.count(PersonLocked) == 2 * FAILURES
    assert amina().locked_until == NOW + LOCKED_FOR


def test_a_right_pin_waits_for_the_wrong_one_before_it_and_meets_the_lock(committed_plant):
    early = amina()
    with open_door(person=None, at=NOW):
        locked = Person.objects.select_for_update().get(pk=early.pk)
        locked.locked_until = NOW + LOCKED_FOR
        locked.save(update_fields=["locked_until"])
        other = Meanwhile(lambda: confirm_pin(person=early, pin=PIN, at=NOW))
        assert other.waits()
    assert isinstance(other.answer(), PersonLocked)
    assert amina().locked_until == NOW + LOCKED_FOR
