"""What an administrator does for people."""

from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission


def unlock(*, person: Person, by: Person) -> Person:
    """Forget the wrong secrets of a person, who may enter theirs again at once. Raises RoleMissing."""
    check_permission(by, Permission.EDIT_PEOPLE)
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    locked.failed_secrets, locked.locked_until = 0, None
    locked.save(update_fields=["failed_secrets", "locked_until"])
    return locked
