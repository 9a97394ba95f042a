"""Importing plant files: everything in them, or nothing and every mistake."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from equipment.actions import reasons
from equipment.calendars.policies import check_calendar
from equipment.models import Calendar, ReasonTree, Site, SiteAccess
from equipment.queries import sites_of
from mes.kernel.documents import FileError, FilesWrong
from mes.kernel.personnel.actions import people as personnel
from mes.kernel.personnel.models import Person, PersonQualification
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import Refusal
from mes.people.actions import people
from mes.plantfiles.actions.releases import Awaited, sign_releases
from mes.plantfiles.actions.rows import REASON, write_rows
from mes.plantfiles.comparing import Change, Comparison, compare, counts, top_of
from mes.plantfiles.folders import Files
from mes.plantfiles.judging import mistakes_in
from mes.plantfiles.kinds import ABOVE, BY_MODEL
from mes.plantfiles.machines import connection_mistakes, missing_secrets, mistakes_of_tags_together
from mes.plantfiles.products import in_use
from mes.plantfiles.reading import rows_of
from mes.plantfiles.rows import Row
from mes.plantfiles.stored import Stored
from orders.actions import revisions
from orders.models import Product


@dataclass
class PlantImport:
    """What an import did, or would do. counts: things by folder; awaiting: what nobody signed who has to.

    missing: secrets that are in no file, and not here either.
    """

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    changes: list[tuple[Row, str]] = field(default_factory=list)
    awaiting: list[Awaited] = field(default_factory=list)
    missing: list[tuple[Row, str]] = field(default_factory=list)


class Rehearsed(Exception):
    """Raised behind a rehearsal, so that the door takes everything back. found: what would have happened."""

    def __init__(self, found: PlantImport) -> None:
        super().__init__("rehearsed")
        self.found = found


def import_plant(
    *,
    files: Files,
    signers: Mapping[str, Person],
    is_trusted: bool,
    is_rehearsal: bool,
    by: Person,
    at: datetime,
) -> PlantImport:
    """Make the plant what the files say. What they don't speak of stays as it is.

    signers: people by user name whose secret was confirmed for this: revisions that the files call approved or released
    by them are signed in their name, others stay drafts and are awaited. is_trusted: who may run commands on the server
    may change every kind of thing; anybody else needs the right that changing it on its page needs. is_rehearsal: do
    all of it, then raise Rehearsed. Raises FilesWrong with file and line of every mistake, RoleMissing.
    """
    check_permission(by, Permission.IMPORT_PLANT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('plant files'))")  # one import at a time
    read = rows_of(files)
    stored = Stored()
    found = compare(read.rows, stored)
    _refuse(
        [*read.errors, *mistakes_in(read.rows, stored), *found.errors, *_not_allowed(found, stored, by, is_trusted)]
    )
    kept: list[str] = []
    try:
        _refuse(write_rows(found=found, stored=stored, kept=None if is_rehearsal else kept, by=by, at=at))
        _let_in(found, by)
        of_machines = [*connection_mistakes(found), *mistakes_of_tags_together(found)]
        _refuse([*_by_verbs(found, by, at), *_calendar_mistakes(found, at), *of_machines])
        signed = sign_releases(rows=found.to_sign, signers=signers, by=by, at=at)
        _refuse(signed.errors)
        if is_rehearsal:
            raise Rehearsed(_result(read.rows, found, signed.rows, signed.awaiting))
    except BaseException:
        for name in kept:
            default_storage.delete(name)
        raise
    return _result(read.rows, found, signed.rows, signed.awaiting)


def _result(rows: Iterable[Row], found: Comparison, signed: Sequence[Row], awaiting: Sequence[Awaited]) -> PlantImport:
    changes = [(one.row, str(one)) for one in found.changes if not _is_within_a_new_one(one, found)]
    changes += [(row, _("{row} is not listed any more").format(row=row)) for row in found.gone]
    changes += [(row, f"{row}: effective_to") for row in found.extended]
    changes += [(row, _("{row} is {status} now").format(row=row, status=row.status)) for row in signed]
    changes.sort(key=lambda change: (change[0].file, change[0].line))
    return PlantImport(counts(rows, found, signed), changes, list(awaiting), list(missing_secrets(rows)))


def _is_within_a_new_one(one: Change, found: Comparison) -> bool:
    """Whether it is part of what is new as a whole, and so goes without saying."""
    above = ABOVE[one.row.kind]
    return one.was is None and above is not None and (above, one.row.parent) in found.new


def _refuse(errors: Sequence[FileError]) -> None:
    if errors:
        ordered: list[FileError] = sorted(set(errors), key=lambda error: (error.file, error.line, error.what))
        raise FilesWrong(
            ngettext(
                "The plant files have {count} mistake. Nothing was applied.",
                "The plant files have {count} mistakes. Nothing was applied.",
                len(errors),
            ).format(count=len(errors)),
            do=_("Correct what is named, and import all of it again."),
            errors=ordered,
        )


def _not_allowed(found: Comparison, stored: Stored, by: Person, is_trusted: bool) -> Iterator[FileError]:
    """Why this person, or anybody, can't make these changes; each reason once."""
    written = [*(one.row for one in found.changes), *found.gone]
    said: set[Any] = set()
    mine = {site.code for site in sites_of(by).values()}
    there = {row.key[0] for row in stored.rows[BY_MODEL[Site]].values()}
    if by.token and by.token.sites:  # who is narrowed to some sites adds none
        there |= {row.key[0] for row in written if row.kind.model is Site}
    beyond = there - mine
    for row in written:
        right, site = row.kind.change, _site_of(row)
        if not is_trusted and not by.may(right) and right not in said:
            said.add(right)
            yield row.error(
                _("To change it needs the permission {permission}.").format(permission=right),
                _("Let somebody import it who has it."),
            )
        if not is_trusted and site in beyond and site not in said:
            said.add(site)
            yield row.error(
                _("{person} has no access to the site {site}.").format(person=by, site=site),
                _("Let somebody import it who has."),
            )
        if row.kind.model is PersonQualification and row.parent == (by.username,):
            yield row.error(
                _("Nobody grants or withdraws their own qualifications."), _("Let somebody else import it.")
            )
    yield from _in_use(found)


def _site_of(row: Row) -> Any:
    """The code of the site that it belongs to, or that it gives access to."""
    if row.kind.model is SiteAccess:
        return row.key[-1]
    folder, *key = top_of(row)
    return key[0] if folder in _OF_SITES else None


_OF_SITES = {kind.folder for kind in BY_MODEL.values() if kind.model is Site or "site" in kind.key} - {""}


def _in_use(found: Comparison) -> Iterator[FileError]:
    fixed = {"quantity_unit", "tracking"}
    changed = [one for one in found.changes if one.row.kind.model is Product and fixed & set(one.names)]
    used = in_use(Product.objects.filter(pk__in=[one.row.pk for one in changed])) if changed else set()
    for one in changed:
        if one.row.pk in used:
            name = next(name for name in one.names if name in fixed)
            yield one.row.error(
                _("{row} is in use here: its {field} can't change.").format(row=one.row, field=name),
                _("Leave it."),
                at=name,
            )


def _let_in(found: Comparison, by: Person) -> None:
    """Who makes a site may see it, unless the files say which sites they may."""
    by.__dict__.pop("_sites", None)
    if any(one.row.kind.model is Person and one.row.key == (by.username,) for one in found.changes):
        return
    if (BY_MODEL[Person], (by.username,)) in found.unchanged:
        return
    for one in found.changes:
        if one.row.kind.model is Site and one.was is None:
            SiteAccess.objects.create(person=by, site_id=one.row.pk)


def _by_verbs(found: Comparison, by: Person, at: datetime) -> list[FileError]:
    """What has verbs of its own: reasons, people who are disabled or enabled, the last day of a released revision."""
    errors: list[FileError] = []
    for one in found.changes:
        row = one.row
        try:
            if row.kind.model is ReasonTree:
                reasons.write(tree=ReasonTree.objects.get(pk=row.pk), text=row.values["reasons"], by=by, at=at)
            elif row.kind.model is Person and "is_active" in one.names:
                _switch(Person.objects.get(pk=row.pk), row.values["is_active"], by, at)
        except Refusal as refusal:
            errors.append(row.error(refusal.what, refusal.do, at="is_active"))
    for row in found.extended:
        try:
            revision: Any = row.kind.model._default_manager.get(pk=row.pk)
            last = row.values["effective_to"]
            revisions.end_effectivity(revision=revision, on=last, reason=REASON, by=by, at=at)
        except Refusal as refusal:
            errors.append(row.error(refusal.what, refusal.do, at="effective_to"))
    return errors


def _switch(person: Person, is_active: bool, by: Person, at: datetime) -> None:
    if is_active:
        personnel.enable(person=person, reason=REASON, by=by)
    else:
        people.disable(person=person, reason=REASON, by=by, at=at)


def _calendar_mistakes(found: Comparison, at: datetime) -> Iterator[FileError]:
    """What contradicts itself in the calendars that were changed, as they are now."""
    rows = [*(one.row for one in found.changes), *found.gone]
    changed = {top_of(row)[1:]: row for row in reversed(rows) if top_of(row)[0] == "calendars"}
    for (site, code), row in changed.items():
        try:
            calendar = Calendar.objects.select_related("site").get(site__code=site, code=code)
            check_calendar(calendar, on=calendar.site.local(at).date())
        except Refusal as refusal:
            for error in refusal.errors:
                yield row.error(f"{error.where}: {error.what}", error.do)
