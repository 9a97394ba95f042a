from collections.abc import Iterable

from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import PERMISSIONS, Permission, Role
from mes.kernel.refusals import FieldError, InvalidInput, NotPermitted


class RoleMissing(NotPermitted):
    """The person's roles don't include this right."""


def check_permission(person: Person, permission: Permission) -> None:
    """Raise RoleMissing unless the person is active and one of their roles includes the permission."""
    if person.may(permission):
        return
    roles = ", ".join(Role(role).label for role in Role.values if permission in PERMISSIONS[role])
    raise RoleMissing(
        f"{person.full_name} may not do this: it needs the permission {permission}.",
        why=f"Roles that have it: {roles}.",
        do="Ask somebody with one of these roles, or an administrator for the role.",
        evidence={"permission": str(permission)},
    )


def check_reason(reason: str) -> None:
    """Raise InvalidInput unless something is said, in at most 200 characters."""
    if not reason.strip():
        raise InvalidInput(
            "This needs a reason.", do="Say why in a few words.", errors=[FieldError("reason", "Empty.")]
        )
    if len(reason) > 200:
        raise InvalidInput("The reason is too long.", errors=[FieldError("reason", "It has more than 200 characters.")])


def missing_scopes(asked: Iterable[str]) -> list[str]:
    """Those scopes that are no permissions."""
    return sorted(set(asked) - {str(permission) for permission in Permission})
