"""Checking what only the person knows. Hashing is slow by design, so these verbs run in a door of their own,
before any row of the plant is locked; the count of failures must stay when the act itself is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password

from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import InvalidInput, NotPermitted

FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)


class SecretWrong(NotPermitted):
    """The secret does not fit the person; which of the two was wrong is not told."""


class PersonLocked(NotPermitted):
    """Too many wrong secrets; time or an administrator unlocks."""


def confirm_pin(*, person: Person | None, pin: str, at: datetime) -> Person:
    """The person, when the PIN is theirs. Raises SecretWrong or PersonLocked, and counts failures by person."""
    return _confirm(person, lambda known: bool(known.pin) and check_password(pin, known.pin), at)


def confirm_password(*, person: Person | None, password: str, at: datetime) -> Person:
    """The person, when the password is theirs. Raises SecretWrong or PersonLocked, and counts failures by person."""
    return _confirm(person, lambda known: check_password(password, known.password), at)


def set_pin(*, person: Person, pin: str) -> None:
    """Give the person a PIN of 4 to 8 digits. Within an open door."""
    check_pin(pin)
    person.pin = make_password(pin)
    person.save(update_fields=["pin"])


def check_pin(pin: str) -> None:
    """Raise InvalidInput unless this can be a PIN."""
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        raise InvalidInput("A PIN has 4 to 8 digits.", do="Choose another one.")


def _confirm(person: Person | None, is_right: Callable[[Person], bool], at: datetime) -> Person:
    if person is None or not person.is_active:
        make_password("spend the same time")  # an unknown badge and a wrong PIN look alike
        raise _wrong()
    if person.locked_until and person.locked_until > at:
        raise PersonLocked(
            f"{person.full_name} is locked.",
            why=f"{FAILURES} wrong secrets were entered.",
            do=f"Wait {_minutes(person.locked_until - at)} min, or ask an administrator.",
        )
    if not is_right(person):
        _count_failure(person, at)
        raise _wrong()
    if person.failed_secrets:
        with open_door(person=person, at=at, reason="Right secret entered"):
            locked = Person.objects.select_for_update().get(pk=person.pk)
            locked.failed_secrets, locked.locked_until = 0, None
            locked.save(update_fields=["failed_secrets", "locked_until"])
    return person


def _count_failure(person: Person, at: datetime) -> None:
    with open_door(person=None, at=at, reason="Wrong secret entered"):
        locked = Person.objects.select_for_update().get(pk=person.pk)
        locked.failed_secrets += 1
        if locked.failed_secrets >= FAILURES:
            locked.failed_secrets, locked.locked_until = 0, at + LOCKED_FOR
        locked.save(update_fields=["failed_secrets", "locked_until"])


def _wrong() -> SecretWrong:
    return SecretWrong("Badge or secret is not right.", do="Enter both again, or ask an administrator for a new PIN.")


def _minutes(span: timedelta) -> int:
    return max(1, round(span.total_seconds() / 60))
