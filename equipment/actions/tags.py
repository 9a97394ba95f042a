"""Verbs that give a connection many tags at once, as a server has them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from equipment.models import Connection, Station, Tag
from equipment.policies import check_site_access
from mes.kernel.csv_import import CellError
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput


class TagsWrong(InvalidInput):
    """Rows of the table make no tags; `errors` names each."""


@dataclass(frozen=True)
class NewTag:
    """A node that is to become a tag."""

    code: str
    name: str
    address: str
    value_type: str


def add(
    *, connection: Connection, station: Station | None, wanted: Sequence[NewTag], by: Person, at: datetime
) -> list[Tag]:
    """Make tags of a connection, as a server has them. Raises TagsWrong with what is wrong in each."""
    check_connecting(connection=connection, by=by)
    made: list[Tag] = []
    errors: list[CellError] = []
    for number, one in enumerate(wanted, 1):
        tag = Tag(site_id=connection.site_id, connection=connection, station=station, **vars(one))
        if wrong := mistakes_in(tag, number):
            errors += wrong
        else:
            tag.save()
            made.append(tag)
    if errors:
        raise TagsWrong(_("Not all of them can be tags."), do=_("Correct what is named."), errors=errors)
    return made


def check_connecting(*, connection: Connection, by: Person) -> None:
    """Raise RoleMissing or SiteNotYours unless the person may change the connection's tags."""
    check_permission(by, Permission.CONNECT_MACHINES)
    check_site_access(by, connection.site_id)


def mistakes_in(tag: Tag, number: int) -> list[CellError]:
    """What is wrong with a tag, as that of a row."""
    try:
        tag.full_clean()
    except ValidationError as wrong:
        return [
            CellError.at(number, "" if column == "__all__" else column, sentence)
            for column, sentences in wrong.message_dict.items()
            for sentence in sentences
        ]
    return []
