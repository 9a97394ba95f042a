"""What plant files say of machines beyond their fields: addresses that a driver takes, accounts, missing secrets."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from equipment.models import Connection, SecurityProfile, Tag
from equipment.security_profiles import lacks
from mes.kernel.documents import FileError
from mes.plantfiles.comparing import Comparison
from mes.plantfiles.kinds import BY_MODEL
from mes.plantfiles.rows import Row
from mes.plantfiles.stored import Stored


def tag_mistakes(rows: Iterable[Row], stored: Stored) -> Iterator[FileError]:
    """What the administration would say against these tags, at their connections as the files have them."""
    rows = list(rows)
    connections = {row.key: Connection(kind=row.values["kind"] or "") for row in rows if row.kind.model is Connection}
    tags = {row.key: row for row in rows if row.kind.model is Tag}
    there = stored.rows.get(BY_MODEL[Tag], {})
    for row in tags.values():
        if row.values["address"] is None or row.values["value_type"] is None:
            continue
        tag = _tag(row, connections[row.parent])
        if (of := row.values["event"]) is not None and (
            event := tags.get((*row.parent, of)) or there.get((*row.parent, of))
        ):
            tag.event = _tag(event, tag.connection)
        yield from _said_against(tag, row, _("Correct it."))


def _tag(row: Row, connection: Connection) -> Tag:
    """The tag of a row, without what it refers to."""
    values = {name: value for name, value in row.values.items() if name not in row.kind.refs and value is not None}
    return Tag(connection=connection, **values)


def account_mistakes(found: Comparison) -> Iterator[FileError]:
    """Accounts that can't book for their machines; after all is written, as people come with the same files."""
    rows = {
        one.row.pk: one.row
        for one in found.changes
        if one.row.kind.model is Connection and one.row.values["account"] is not None
    }
    for connection in Connection.objects.select_related("account").filter(pk__in=rows) if rows else ():
        yield from _said_against(connection, rows[connection.pk], _("Name another, or give them what is missing."))


def _said_against(instance: Any, row: Row, do: str) -> Iterator[FileError]:
    try:
        instance.clean()
    except ValidationError as wrong:
        for name, sentences in wrong.message_dict.items():
            for sentence in sentences:
                yield row.error(f"{name}: {sentence}", do, at=name)


def missing_secrets(rows: Iterable[Row]) -> Iterator[tuple[Row, str]]:
    """The profiles of these files that lack a secret here, each with the sentence that says which; after writing."""
    profiles = {row.key: row for row in rows if row.kind.model is SecurityProfile}
    if not profiles:
        return
    for profile in SecurityProfile.objects.select_related("site").filter(code__in={key[1] for key in profiles}):
        if (row := profiles.get((profile.site.code, profile.code))) is not None:
            for sentence in lacks(profile):
                yield row, _("{row}: {sentence}").format(row=row, sentence=sentence)
