"""Signing what plant files call approved and released, for those who gave their secret; naming what awaits others."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import TopologicalSorter
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.actions import reasons
from equipment.models import ReasonTree
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.documents import FileError
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal
from mes.plantfiles.actions.rows import REASON
from mes.plantfiles.rows import Row
from orders.actions import revisions
from orders.content import digest_of
from orders.models import BomLine, InstructionRevision, ProductRevision, RoutingRevision
from orders.policies import NotReleasable
from orders.status import RevisionStatus


@dataclass(frozen=True)
class Awaited:
    """A revision that is not yet what its file calls it, and who has to act."""

    row: Row
    what: str
    who: str


@dataclass
class Signed:
    """rows: those whose status was changed."""

    rows: list[Row] = field(default_factory=list)
    awaiting: list[Awaited] = field(default_factory=list)
    errors: list[FileError] = field(default_factory=list)


def sign_releases(*, rows: Sequence[Row], signers: Mapping[str, Person], by: Person, at: datetime) -> Signed:
    """Approve, release and retire what the rows say, each signature in its signer's name and through their own door.

    signers: by user name, each with a confirmed secret; reasons, which are released without a signature, `by` may
    release as well. What can't be approved comes back as mistakes.
    """
    done = Signed()
    fresh = {person.username: person for person in Person.objects.filter(username__in=[*signers, by.username])}
    fresh[by.username].token = by.token
    signing = {name: person for name, person in fresh.items() if name in signers}
    for group in _in_order(rows):
        for act in (_APPROVE, _RELEASE, _RETIRE):
            _act(act, group, signing, at, done)
    _release_reasons([row for row in rows if row.kind.model is ReasonTree], {**fresh, **signing}, at, done)
    return done


@dataclass(frozen=True)
class _Act:
    """A step in the life of a revision: from one status to the next, by whom the file names under `field`.

    awaited, not_yet: what is said when its person has not signed, or can't yet.
    """

    before: RevisionStatus
    until: tuple[str, ...]
    field: str
    verb: Callable[..., Any]
    meaning: Meaning | None
    awaited: Promise
    not_yet: Promise


_LATER = ("APPROVED", "RELEASED", "OBSOLETE")
_APPROVE = _Act(
    RevisionStatus.DRAFT,
    _LATER,
    "approved_by",
    revisions.approve,
    Meaning.APPROVED,
    awaited=lazy("{revision} is to be approved by {person}."),
    not_yet=lazy("{revision} can't be approved yet: {why}"),
)
_RELEASE = _Act(
    RevisionStatus.APPROVED,
    _LATER[1:],
    "released_by",
    revisions.release,
    Meaning.RELEASED,
    awaited=lazy("{revision} is to be released by {person}."),
    not_yet=lazy("{revision} can't be released yet: {why}"),
)
_RETIRE = _Act(
    RevisionStatus.RELEASED,
    _LATER[2:],
    "released_by",
    revisions.retire,
    None,
    awaited=lazy("{revision} is to be retired by {person}."),
    not_yet=lazy("{revision} can't be retired yet: {why}"),
)


def _in_order(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Instructions first, products after the revisions that they ask for, routings after libraries."""
    by_model: dict[Any, dict[Any, Row]] = {}
    for row in rows:
        by_model.setdefault(row.kind.model, {})[row.pk] = row
    yield list(by_model.get(InstructionRevision, {}).values())
    products = by_model.get(ProductRevision, {})
    asks: TopologicalSorter[Any] = TopologicalSorter(dict.fromkeys(products, ()))
    asked = BomLine.objects.filter(product_revision__in=products, component_revision__in=products)
    for revision, component in asked.values_list("product_revision", "component_revision"):
        asks.add(revision, component)
    for pk in _sorted(asks, products):
        yield [products[pk]]
    routings = list(by_model.get(RoutingRevision, {}).values())
    yield [row for row in routings if row.key[1] is None]
    yield [row for row in routings if row.key[1] is not None]


def _sorted(asks: "TopologicalSorter[Any]", products: Mapping[Any, Row]) -> Iterable[Any]:
    try:
        return list(asks.static_order())
    except ValueError:  # a circle, which the approval names
        return products


def _act(act: _Act, rows: Sequence[Row], signers: Mapping[str, Person], at: datetime, done: Signed) -> None:
    model = rows[0].kind.model if rows else None
    wanted = {row.pk: row for row in rows if row.status in act.until}
    if model is None or not wanted:
        return
    waiting = {one.row.pk for one in done.awaiting}
    for revision in model._default_manager.filter(pk__in=wanted, status=act.before).order_by("pk"):
        row = wanted[revision.pk]
        person = signers.get(row.values[act.field])
        if revision.pk in waiting:
            continue
        if person is None:
            who = row.values[act.field]
            done.awaiting.append(Awaited(row, str(act.awaited).format(revision=_called(row), person=who), who))
            continue
        _sign(act, revision, row, person, at, done)


def _sign(act: _Act, revision: Any, row: Row, person: Person, at: datetime, done: Signed) -> None:
    more = {"signing": Signing(person, act.meaning, digest_of(revision))} if act.meaning else {}
    try:
        with open_door(person=person, at=at, reason=REASON):
            act.verb(revision=revision, by=person, at=at, **more)
    except NotReleasable as refusal:
        # What it asks for may be what is still awaited: then so is this.
        said = [row.error(f"{error.where}: {error.what}", error.do, at="status") for error in refusal.errors]
        if done.awaiting:
            sentence = str(act.not_yet).format(revision=_called(row), why=said[0].what if said else refusal.what)
            done.awaiting.append(Awaited(row, sentence, person.username))
        else:
            done.errors += [row.error(str(refusal), at="status"), *said]
    except Refusal as refusal:
        done.errors.append(row.error(str(refusal), at="status"))
        done.errors += [row.error(f"{error.where}: {error.what}", error.do, at="status") for error in refusal.errors]
    else:
        if row not in done.rows:
            done.rows.append(row)


def _called(row: Row) -> str:
    return " ".join(str(part) for part in (row.kind.name.capitalize(), *row.key) if part is not None)


def _release_reasons(rows: Sequence[Row], people: Mapping[str, Person], at: datetime, done: Signed) -> None:
    """A version becomes obsolete by the release of the next one, so that they are released in their order."""
    waiting: set[Any] = set()
    for row in sorted(rows, key=lambda row: int(row.key[-1])):
        tree = ReasonTree.objects.get(pk=row.pk)
        person, whose = people.get(row.values["released_by"]), row.key[:-1]
        if person is None or whose in waiting:
            waiting.add(whose)
            who = row.values["released_by"]
            done.awaiting.append(
                Awaited(
                    row, _("{revision} is to be released by {person}.").format(revision=_called(row), person=who), who
                )
            )
        elif tree.is_draft:
            try:
                with open_door(person=person, at=at, reason=REASON):
                    reasons.release(tree=tree, by=person, at=at)
            except Refusal as refusal:
                done.errors.append(row.error(str(refusal), at="status"))
            else:
                done.rows.append(row)
    statuses = dict(ReasonTree.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "status"))
    for row in rows:
        if row.key[:-1] not in waiting and statuses[row.pk] != row.status and not done.errors:
            sentence = _("It is {status}: it becomes obsolete when the next version is released.").format(
                status=statuses[row.pk]
            )
            done.errors.append(
                row.error(sentence, _("Write status: {status}.").format(status=statuses[row.pk]), at="status")
            )
