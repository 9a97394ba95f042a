import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import PERMISSIONS, Permission, Role
from mes.kernel.refusals import FieldError, InvalidInput, NotPermitted


class RoleMissing(NotPermitted):
    """The person's roles don't include this right."""


class NotYourself(NotPermitted):
    """Somebody else has to do this for the person."""


def check_permission(person: Person, permission: Permission) -> None:
    """Raise RoleMissing unless the person is active and one of their roles includes the permission."""
    if person.may(permission):
        return
    roles = ", ".join(str(Role(role).label) for role in Role.values if permission in PERMISSIONS[role])
    raise RoleMissing(
        _("{person} may not do this: it needs the permission {permission}.").format(
            person=person.full_name, permission=permission
        ),
        why=_("Roles that have it: {roles}.").format(roles=roles),
        do=_("Ask somebody with one of these roles, or an administrator for the role."),
        evidence={"permission": str(permission)},
    )


def check_one_of(person: Person, *permissions: Permission) -> None:
    """Raise RoleMissing for the first of these permissions unless the person has one of them."""
    if not any(person.may(permission) for permission in permissions):
        check_permission(person, permissions[0])


def check_may_grant(person: Person, by: Person) -> None:
    """Raise RoleMissing or NotYourself unless `by` may grant and withdraw the person's qualifications."""
    check_permission(by, Permission.GRANT_QUALIFICATIONS)
    if person.pk == by.pk:
        raise NotYourself(
            _("Nobody grants or withdraws their own qualifications."), do=_("Ask another supervisor or administrator.")
        )


def check_username(username: str) -> None:
    """Raise InvalidInput unless this can be a user name, which stands in addresses and is for good."""
    if not re.fullmatch(r"[\w.@+-]{1,64}", username):
        sentence = _("A user name has 1 to 64 letters, digits and . @ + - _ in it, no blanks.")
        raise InvalidInput(sentence, do=_("Choose another one."), errors=[FieldError("username", sentence)])


def check_reason(reason: str) -> None:
    """Raise InvalidInput unless something is said, in at most 200 characters."""
    if not reason.strip():
        raise InvalidInput(
            _("This needs a reason."), do=_("Say why in a few words."), errors=[FieldError("reason", _("Empty."))]
        )
    if len(reason) > 200:
        raise InvalidInput(
            _("The reason is too long."), errors=[FieldError("reason", _("It has more than 200 characters."))]
        )


def missing_scopes(asked: Iterable[str]) -> list[str]:
    """Those scopes that are no permissions."""
    return sorted(set(asked) - {str(permission) for permission in Permission})
