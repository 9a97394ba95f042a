"""What an administrator does for people: they are made, disabled and enabled, never deleted."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from mes.kernel.personnel.actions.secrets import set_pin
from mes.kernel.personnel.models import ApiToken, Person
from mes.kernel.personnel.policies import NotYourself, check_permission, check_reason, check_username
from mes.kernel.personnel.roles import Permission, Role
from mes.kernel.refusals import InvalidInput, Refusal


class PersonDisabled(Refusal):
    """The person is disabled already."""


class PersonEnabled(Refusal):
    """The person is enabled already."""


def create(*, person: Person, by: Person, password: str = "", pin: str = "") -> Person:
    """Keep a new person, with a password (validated by the caller) for the office and a PIN for stations, or neither.

    Raises RoleMissing, InvalidInput; a user name or badge that somebody has is refused by the database.
    """
    check_permission(by, Permission.EDIT_PEOPLE)
    check_username(person.username)
    if unknown := sorted(set(person.roles) - set(Role.values)):
        raise InvalidInput(
            _("There is no role {role}.").format(role=unknown[0]),
            do=_("The roles are {roles}.").format(roles=", ".join(Role.values)),
        )
    person.password = make_password(password or None)
    person.save(force_insert=True)
    if pin:
        set_pin(person=person, pin=pin)
    return person


def disable(*, person: Person, reason: str, by: Person, at: datetime) -> Person:
    """The person logs in nowhere any more, and the tokens are revoked for good. Stations: see mes.people.

    Sessions are refused at their next request, as those of a disabled person. Raises RoleMissing, InvalidInput,
    NotYourself, PersonDisabled.
    """
    check_permission(by, Permission.EDIT_PEOPLE)
    check_reason(reason)
    if person.pk == by.pk:
        raise NotYourself(_("Nobody disables themselves."), do=_("Ask another administrator."))
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not locked.is_active:
        raise PersonDisabled(_("{person} is disabled already.").format(person=locked))
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    for token in ApiToken.objects.filter(person=locked, revoked_at__isnull=True).order_by("pk"):
        token.revoked_at, token.revoked_by = at, by
        token.save(update_fields=["revoked_at", "revoked_by"])
    return locked


def enable(*, person: Person, reason: str, by: Person) -> Person:
    """The person may log in again, with the secrets they had; tokens are made anew. Raises as disable does."""
    check_permission(by, Permission.EDIT_PEOPLE)
    check_reason(reason)
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if locked.is_active:
        raise PersonEnabled(_("{person} is enabled already.").format(person=locked))
    locked.is_active, locked.failed_secrets, locked.locked_until = True, 0, None
    locked.save(update_fields=["is_active", "failed_secrets", "locked_until"])
    return locked


def unlock(*, person: Person, by: Person) -> Person:
    """Forget the wrong secrets of a person, who may enter theirs again at once. Raises RoleMissing."""
    check_permission(by, Permission.EDIT_PEOPLE)
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    locked.failed_secrets, locked.locked_until = 0, None
    locked.save(update_fields=["failed_secrets", "locked_until"])
    return locked
