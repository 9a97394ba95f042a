"""Entries that name what has to exist: a person who works at the site, a file that is stored."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import PurePath
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mes.kernel.personnel.models import Person
from mes.kernel.refusals import FieldError, InvalidInput
from mes.kernel.stored_files import about_to_be_recorded
from orders.models import StepKind
from wip.entries import Entry
from wip.models import Reading


def people_at(site_id: UUID) -> QuerySet[Person]:
    """Who may be named in a record of the site: active people with access to it, by name."""
    return Person.objects.filter(is_active=True, site_access__site=site_id).order_by("full_name", "username")


def settled(entries: Sequence[Entry], site_id: UUID) -> list[Entry]:
    """The entries with the names of the people and files they stand for. Raises InvalidInput naming the step.

    One query, and none where no entry names a person.
    """
    named = {entry.value for entry in entries if entry.step.kind == StepKind.PERSON}
    people = {person.username: person for person in people_at(site_id).filter(username__in=named)} if named else {}
    return [_settled(entry, people) for entry in entries]


def _settled(entry: Entry, people: dict[str, Person]) -> Entry:
    if entry.step.kind == StepKind.PERSON:
        person = people.get(entry.value)
        if person is None:
            raise _wrong(
                entry,
                _("{name} is nobody with access to this site.").format(name=entry.value),
                _("Scan a badge, or pick a name."),
            )
        return replace(entry, name=person.full_name)
    if entry.step.kind == StepKind.FILE:
        known = about_to_be_recorded(entry.value)
        if known is None:
            raise _wrong(
                entry,
                _("No file of the digest {digest}… is stored.").format(digest=entry.value[:12]),
                _("Attach the file first."),
            )
        return replace(entry, name=f"{PurePath(entry.name).stem[:110]}.{known.suffix}")
    return entry


def _wrong(entry: Entry, sentence: str, do: str) -> InvalidInput:
    return InvalidInput(
        f"{entry.step.name}: {sentence}", do=do, errors=[FieldError(f"{entry.step.code}.{entry.sample}", sentence)]
    )


def name_of_file(digest: str, sites: Collection[UUID]) -> str | None:
    """The name under which a file of this digest is recorded on a unit of the sites; None: on none of them."""
    found = Reading.objects.filter(kind=StepKind.FILE, value=digest, execution__unit__site__in=sites)
    return found.order_by("-at").values_list("name", flat=True).first()
