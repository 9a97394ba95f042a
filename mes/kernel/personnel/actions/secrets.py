"""Checking what only the person knows. Hashing is slow by design, so these verbs run in a door of their own,
before any row of the plant is locked; the count of failures must stay when the act itself is refused."""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.utils.translation import gettext as _

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
    return _confirm(person, "pin", pin, at)


def confirm_password(*, person: Person | None, password: str, at: datetime) -> Person:
    """The person, when the password is theirs. Raises SecretWrong or PersonLocked, and counts failures by person."""
    return _confirm(person, "password", password, at)


def set_pin(*, person: Person, pin: str) -> None:
    """Give the person a PIN of 4 to 8 digits. Within an open door."""
    check_pin(pin)
    person.pin = make_password(pin)
    person.save(update_fields=["pin"])


def check_pin(pin: str) -> None:
    """Raise InvalidInput unless this can be a PIN."""
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        raise InvalidInput(_("A PIN has 4 to 8 digits."), do=_("Choose another one."))


def _confirm(person: Person | None, field: str, secret: str, at: datetime) -> Person:
    if person is None or not person.is_active:
        make_password("spend the same time")  # an unknown badge and a wrong PIN look alike
        raise _wrong()
    _check_not_locked(person, at)  # spares the slow hash
    hashed = getattr(person, field)
    is_right = bool(hashed) and check_password(secret, hashed)
    with open_door(
        person=person if is_right else None, at=at, reason=f"{'Right' if is_right else 'Wrong'} secret entered"
    ):
        # Others may have tried while this one was hashed: what counts is the row as it is now, one attempt at a time.
        known = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        _check_not_locked(known, at)
        is_right = is_right and known.is_active and getattr(known, field) == hashed
        _count(known, is_right, at)
    if not is_right:
        raise _wrong()  # behind the door, which would take the count back
    return person


def _check_not_locked(person: Person, at: datetime) -> None:
    if person.locked_until and person.locked_until > at:
        raise PersonLocked(
            _("{person} is locked.").format(person=person.full_name),
            why=_("{count} wrong secrets were entered.").format(count=FAILURES),
            do=_("Wait {minutes} min, or ask an administrator.").format(minutes=_minutes(person.locked_until - at)),
        )


def _count(person: Person, is_right: bool, at: datetime) -> None:
    """Note an attempt on the locked row: a right one clears the count, one wrong too many locks the person."""
    failures = 0 if is_right else person.failed_secrets + 1
    if failures == person.failed_secrets == 0 and person.locked_until is None:
        return
    is_too_many = failures >= FAILURES
    person.failed_secrets, person.locked_until = (0, at + LOCKED_FOR) if is_too_many else (failures, None)
    person.save(update_fields=["failed_secrets", "locked_until"])


def _wrong() -> SecretWrong:
    return SecretWrong(
        _("Badge or secret is not right."), do=_("Enter both again, or ask an administrator for a new PIN.")
    )


def _minutes(span: timedelta) -> int:
    return max(1, round(span.total_seconds() / 60))
