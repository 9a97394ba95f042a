"""Verbs that give a connection many tags at once, as a server has them."""

from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from equipment.models import Connection, Station, Tag
from equipment.policies import check_site_access
from mes.kernel import door
from mes.kernel.constraints import holds, names_in
from mes.kernel.csv_import import CellError
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput

AT_ONCE = 500  # tags in one statement
_REFERENCES = ("site", "connection", "station", "event")


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
    rules = TagRules(connection, [one.code for one in wanted])
    made: list[Tag] = []
    errors: list[CellError] = []
    for number, one in enumerate(wanted, 1):
        tag = Tag(site_id=connection.site_id, connection=connection, station=station, **vars(one))
        if wrong := rules.mistakes_in(tag, number):
            errors += wrong
        else:
            made.append(tag)
    if errors:
        raise TagsWrong(_("Not all of them can be tags."), do=_("Correct what is named."), errors=errors)
    write(made=made, by=by, at=at)
    return made


def check_connecting(*, connection: Connection, by: Person) -> None:
    """Raise RoleMissing or SiteNotYours unless the person may change the connection's tags."""
    check_permission(by, Permission.CONNECT_MACHINES)
    check_site_access(by, connection.site_id)


class TagRules:
    """What must hold of tags of a connection, asked of the database once, for any number of them.

    Constraints are judged as the database would, by what is stored and what was judged before.
    """

    def __init__(self, connection: Connection, codes: Collection[str]) -> None:
        stored = Tag.objects.filter(site_id=connection.site_id, code__in=codes)
        self._at_connection: dict[str, UUID] = {}
        self._at_station: dict[tuple[UUID, str], UUID] = {}
        for key, at, station, code in stored.values_list("pk", "connection_id", "station_id", "code"):
            if at == connection.pk:
                self._at_connection[code] = key
            elif station is not None:
                self._at_station[station, code] = key

    def mistakes_in(self, tag: Tag, number: int) -> list[CellError]:
        """What is wrong with a tag, as that of a row. Its site, connection, station and event are there."""
        wrong: dict[str, list[str]] = {}
        for check in (partial(tag.clean_fields, exclude=_REFERENCES), tag.clean):
            try:
                check()
            except ValidationError as mistakes:
                for column, sentences in mistakes.message_dict.items():
                    wrong.setdefault(column, []).extend(sentences)
        sentences = [str(one.get_violation_error_message()) for one in self._violated(tag, wrong)]
        if not wrong and not sentences:
            self._at_connection[tag.code] = tag.pk
        return [
            *(
                CellError.at(number, column.replace("__all__", ""), sentence)
                for column, all_of in wrong.items()
                for sentence in all_of
            ),
            *(CellError.at(number, "", sentence) for sentence in sentences),
        ]

    def _violated(self, tag: Tag, wrong: Container[str]) -> Iterator[models.BaseConstraint]:
        """Constraints that the tag violates, beside those of fields that are wrong already."""
        values = {column.name: getattr(tag, column.attname) for column in Tag._meta.concrete_fields}
        there: dict[tuple[str, ...], UUID | None] = {
            ("connection", "code"): self._at_connection.get(tag.code),
            ("station", "code"): self._at_station.get((tag.station_id, tag.code)) if tag.station_id else None,
        }
        for constraint in Tag._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                if there[tuple(constraint.fields)] not in (None, tag.pk):
                    yield constraint
            elif isinstance(constraint, models.CheckConstraint):
                is_judged = not any(name in wrong for name in names_in(constraint.condition))
                if is_judged and holds(constraint.condition, values) is False:
                    yield constraint


def write(
    *, made: Sequence[Tag], changed: Sequence[Tag] = (), columns: Collection[str] = (), by: Person, at: datetime
) -> None:
    """Store tags that were judged, with their history. columns: which of those that are changed, never the key: so
    nobody who records an event of a tag waits.
    """
    passage = door.current()
    named = {"default_user": by, "default_date": at, "default_change_reason": passage.reason if passage else ""}
    if made:
        bulk_create_with_history(made, Tag, batch_size=AT_ONCE, **named)
    if changed:
        bulk_update_with_history(changed, Tag, sorted(columns), batch_size=AT_ONCE, **named)
