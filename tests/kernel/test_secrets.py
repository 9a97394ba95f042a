"""Badge, PIN and password: what is told, what is counted, when somebody is locked."""

from datetime import timedelta

import pytest

from mes.kernel.audit.models import AuditEvent
from mes.kernel.personnel.actions import secrets
from mes.kernel.personnel.actions.secrets import FAILURES, LOCKED_FOR, PersonLocked, SecretWrong
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import InvalidInput, NotPermitted
from tests.plant import NOW, PASSWORD, PIN

pytestmark = pytest.mark.django_db


def amina() -> Person:
    return Person.objects.get(username="amina")


def fail(times: int, at=NOW) -> None:
    for _ in range(times):
        with pytest.raises(SecretWrong):
            secrets.confirm_pin(person=amina(), pin="0000", at=at)


def test_the_right_secret_gives_the_person(plant):
    assert secrets.confirm_pin(person=amina(), pin=PIN, at=NOW) == amina()
    assert secrets.confirm_password(person=amina(), password=PASSWORD, at=NOW) == amina()


def test_an_unknown_badge_a_wrong_pin_and_a_disabled_person_look_the_same(plant):
    refusals = []
    Person.objects.filter(username="tomasz").update(is_active=False)
    for person in (None, amina(), Person.objects.get(username="tomasz")):
        with pytest.raises(NotPermitted) as refused:
            secrets.confirm_pin(person=person, pin="0000", at=NOW)
        refusals.append((type(refused.value), str(refused.value)))
    assert len(set(refusals)) == 1


def test_five_wrong_secrets_lock_and_the_right_one_does_not_help(plant):
    fail(FAILURES)
    with pytest.raises(PersonLocked, match="15 min"):
        secrets.confirm_pin(person=amina(), pin=PIN, at=NOW)
    with pytest.raises(PersonLocked):
        secrets.confirm_password(person=amina(), password=PASSWORD, at=NOW + LOCKED_FOR - timedelta(seconds=1))


def test_time_unlocks_and_the_count_begins_anew(plant):
    fail(FAILURES)
    later = NOW + LOCKED_FOR
    fail(FAILURES - 1, at=later)
    assert secrets.confirm_pin(person=amina(), pin=PIN, at=later)


def test_the_right_secret_forgets_the_wrong_ones(plant):
    fail(FAILURES - 1)
    secrets.confirm_pin(person=amina(), pin=PIN, at=NOW)
    fail(FAILURES - 1)
    assert secrets.confirm_pin(person=amina(), pin=PIN, at=NOW)


def test_pin_and_password_are_counted_together(plant):
    fail(FAILURES - 1)
    with pytest.raises(SecretWrong):
        secrets.confirm_password(person=amina(), password="wrong", at=NOW)
    assert amina().locked_until == NOW + LOCKED_FOR


def test_a_failure_is_on_record(plant):
    fail(1)
    event = AuditEvent.objects.filter(table_name="personnel_person").latest("sequence")
    assert (event.reason, event.new["failed_secrets"]) == ("Wrong secret entered", 1)


def test_a_person_without_a_pin_has_none(plant):
    Person.objects.filter(username="amina").update(pin="")
    for pin in ("", PIN):
        with pytest.raises(SecretWrong):
            secrets.confirm_pin(person=amina(), pin=pin, at=NOW)


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "１２３４", " 1234", "12-4"])
def test_a_pin_has_four_to_eight_digits(plant, pin):
    with pytest.raises(InvalidInput, match="4 to 8 digits"), plant.door("omar"):
        secrets.set_pin(person=amina(), pin=pin)
