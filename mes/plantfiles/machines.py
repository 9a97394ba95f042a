"""What plant files say of machines beyond their fields: addresses that a driver takes, accounts, missing secrets."""

from collections.abc import Callable, Iterable, Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from equipment.drivers import DRIVERS
from equipment.models import Connection, SecurityProfile, Tag
from equipment.security_profiles import lacks
from equipment.tag_rules import Before, mistakes_among
from mes.kernel.documents import FileError
from mes.plantfiles.comparing import Comparison
from mes.plantfiles.kinds import BY_MODEL
from mes.plantfiles.rows import Row
from mes.plantfiles.stored import Stored


def machine_mistakes(rows: Iterable[Row], stored: Stored) -> Iterator[FileError]:
    """What the administration would say against where these connections lead, and against these tags, each alone, at
    their connections as the files have them.
    """
    rows = list(rows)
    for row in rows:
        if row.kind.model is Connection and row.values["kind"] in DRIVERS and row.values["address"] is not None:
            at = Connection(kind=row.values["kind"], address=row.values["address"])
            yield from _said_by(at.check_address, row, _("Correct it."))
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
        yield from _said_by(tag.clean, row, _("Correct it."))


def _tag(row: Row, connection: Connection) -> Tag:
    """The tag of a row, without what it refers to."""
    values = {name: value for name, value in row.values.items() if name not in row.kind.refs and value is not None}
    return Tag(connection=connection, **values)


def connection_mistakes(found: Comparison) -> Iterator[FileError]:
    """What the administration would say against connections: accounts that can't book for their machines, tags of
    another kind; after all is written, as people and tags come with the same files.
    """
    rows = {one.row.pk: one.row for one in found.changes if one.row.kind.model is Connection}
    for connection in Connection.objects.select_related("account").filter(pk__in=rows) if rows else ():
        yield from _said_by(connection.clean, rows[connection.pk], _("Name another, or give what is missing."))


def mistakes_of_tags_together(found: Comparison) -> Iterator[FileError]:
    """The same of tags among the others of their connections, and of those that are not listed any more."""
    changed = {one.row.pk: (one.row, _before(one.was)) for one in found.changes if one.row.kind.model is Tag}
    changed |= {row.pk: (row, _before(row)) for row in found.gone if row.kind.model is Tag}
    if not changed:
        return
    touched = Tag.objects.filter(pk__in=changed).values("connection")
    tags = Tag.objects.filter(connection__in=touched).select_related("station", "connection")
    for one in mistakes_among(tags, {key: before for key, (_row, before) in changed.items()}):
        yield changed[one.tag.pk][0].error(one.what, one.do, at=one.column)


def _before(row: Row | None) -> Before | None:
    return Before(row.values["station"], row.values["is_active"]) if row else None


def _said_by(check: Callable[[], None], row: Row, do: str) -> Iterator[FileError]:
    try:
        check()
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
