"""Rehearsing an import; who imports plant files on the command line, and whose signatures come with them."""

import os
import re
from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from mes.kernel.door import open_door
from mes.kernel.personnel.actions.secrets import confirm_password
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, NotFound
from mes.plantfiles.actions.plant import PlantImport, Rehearsed, import_plant
from mes.plantfiles.actions.rows import REASON
from mes.plantfiles.folders import Files


def rehearse(files: Files, person: Person, at: datetime, *, is_trusted: bool) -> PlantImport:
    """What an import would do: all of it is done and taken back. Raises what import_plant raises."""
    try:
        with open_door(person=person, at=at, reason=REASON):
            import_plant(files=files, signers={}, is_trusted=is_trusted, is_rehearsal=True, by=person, at=at)
    except Rehearsed as rehearsed:
        return rehearsed.found
    raise AssertionError("a rehearsal ends by Rehearsed")


class ImporterUnknown(InvalidInput):
    """It is not clear in whose name the files are imported."""


def importer(username: str) -> Person:
    """The person of this user name, or, without one, the only one who may import. Raises ImporterUnknown."""
    active = Person.objects.filter(is_active=True).order_by("username")
    if username:
        if (known := active.filter(username=username).first()) is None:
            raise ImporterUnknown(
                _("No active person has the user name {name}.").format(name=username),
                do=_("Check the name behind --by."),
            )
        return known
    may = [person for person in active if person.may(Permission.IMPORT_PLANT)]
    if len(may) == 1:
        return may[0]
    if not may:
        raise ImporterUnknown(_("Nobody may import plant files yet."), do=_("Run manage.py createsuperuser first."))
    names = ", ".join(person.username for person in may[:10])
    raise ImporterUnknown(
        _("Several people may import: {names}.").format(names=names), do=_("Say who does it: --by USERNAME.")
    )


def signers(usernames: Sequence[str], ask: Callable[[str], str], at: datetime) -> dict[str, Person]:
    """The people of these user names, each with their password confirmed; outside of any door.

    The password comes from the environment, MES_PASSWORD_ and the user name in capitals, or is asked for. Raises
    NotFound, SecretWrong, PersonLocked.
    """
    found = {}
    for name in usernames:
        person = Person.objects.filter(username=name, is_active=True).first()
        if person is None:
            raise NotFound(
                _("No active person has the user name {name}.").format(name=name),
                do=_("Check the name behind --sign-as."),
            )
        password = os.environ.get(variable_of(name)) or ask(f"Password of {person.full_name} ({name}): ")
        found[name] = confirm_password(person=person, password=password, at=at)
    return found


def variable_of(username: str) -> str:
    """The environment variable of a user's password."""
    return "MES_PASSWORD_" + re.sub(r"\W", "_", username.upper())
