"""The life of revisions: of products, routings and instructions alike.

An engineer approves the draft and so says that it is whole; another person, of quality, releases it. Each signs the
content as it was shown. What is approved can be sent back; what is released can only end.
"""

from datetime import date, datetime
from typing import TypeVar

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from equipment.policies import check_site_access
from mes.kernel.audit.actions.signatures import SignatureRefused, Signing, sign
from mes.kernel.audit.models import Meaning
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotPermitted
from orders.content import shown
from orders.models import InstructionRevision, ProductRevision, RoutingRevision
from orders.policies import NotReleasable, mistakes_of
from orders.status import REVISION, RevisionStatus

R = TypeVar("R", ProductRevision, RoutingRevision, InstructionRevision)


class SamePerson(NotPermitted):
    """Who approved a draft wants to release it as well."""


class NotInForce(InvalidInput):
    """The revision is not released, so its effectivity does not run."""


def approve(*, revision: R, signing: Signing, by: Person, at: datetime) -> R:
    """Approve a draft with a signature: from now on the database freezes it. Raises NotReleasable with every mistake,
    SignatureRefused, SignatureUnseen, SignatureVoid.
    """
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    locked = _lock(revision, by)
    locked.status = REVISION.after(locked.status, "approve", name=str(locked))
    _check_faultless(locked, _("Mend them, then approve it."))
    _sign(locked, signing, Meaning.APPROVED, by, at)
    locked.approved_at, locked.approved_by = at, by
    locked.save(update_fields=["status", "approved_at", "approved_by"])
    return locked


def send_back(*, revision: R, reason: str, by: Person, at: datetime) -> R:
    """Make an approved revision a draft again: quality may, and who approved it. Its signature stays on record."""
    check_permission(by, Permission.VIEW_MASTER_DATA)
    locked = _lock(revision, by)
    if locked.approved_by_id != by.pk:
        check_permission(by, Permission.RELEASE_MASTER_DATA)
    _check_reason(reason)
    locked.status = REVISION.after(locked.status, "send_back", name=str(locked))
    locked.approved_at = locked.approved_by = None
    locked.save(update_fields=["status", "approved_at", "approved_by"])
    return locked


def release(*, revision: R, signing: Signing, by: Person, at: datetime) -> R:
    """Release an approved revision with a signature; not by who approved it.

    Raises NotReleasable with every mistake (a station may have gone since), SamePerson, SignatureRefused,
    SignatureUnseen, SignatureVoid.
    """
    check_permission(by, Permission.RELEASE_MASTER_DATA)
    locked = _lock(revision, by)
    locked.status = REVISION.after(locked.status, "release", name=str(locked), do=_how(locked))
    if locked.approved_by_id == by.pk:
        raise SamePerson(
            _("You approved {revision}, so you can't release it.").format(revision=locked),
            why=_("Two people look at each revision."),
            do=_("Ask somebody else with the quality role."),
        )
    _check_faultless(locked, _("Mend them, then release it."))
    _sign(locked, signing, Meaning.RELEASED, by, at)
    locked.released_at, locked.released_by = at, by
    locked.save(update_fields=["status", "released_at", "released_by"])
    return locked


def _how(revision: ProductRevision | RoutingRevision | InstructionRevision) -> str:
    return _("Let the engineer approve it first.") if revision.status == RevisionStatus.DRAFT else ""


def retire(*, revision: R, by: Person, at: datetime) -> R:
    """Make a released revision obsolete: no order can pin it any more, those that did go on."""
    check_permission(by, Permission.RELEASE_MASTER_DATA)
    locked = _lock(revision, by)
    locked.status = REVISION.after(locked.status, "retire", name=str(locked))
    locked.save(update_fields=["status"])
    return locked


def end_effectivity(*, revision: R, on: date | None, reason: str, by: Person, at: datetime) -> R:
    """Set the last day on which a new order may pin a released revision; None: open. Raises NotInForce."""
    check_permission(by, Permission.RELEASE_MASTER_DATA)
    _check_reason(reason)
    locked = _lock(revision, by)
    if locked.status != RevisionStatus.RELEASED:
        raise NotInForce(
            _("{revision} is {status}.").format(revision=locked, status=locked.get_status_display().lower()),
            do=_("The end is set on what is released."),
        )
    if on is not None and locked.effective_from is not None and on < locked.effective_from:
        sentence = _("It is effective from {day}: the end can't be before that.").format(
            day=date_format(locked.effective_from, "d M Y")
        )
        raise InvalidInput(sentence, do=_("Choose a later day."), errors=[FieldError("on", sentence)])
    locked.effective_to = on
    locked.save(update_fields=["effective_to"])
    return locked


def _lock(revision: R, by: Person) -> R:
    model = type(revision)
    locked = model._default_manager.select_for_update(of=("self",)).get(pk=revision.pk)
    if isinstance(locked, RoutingRevision):
        check_site_access(by, locked.routing.site_id)
    return locked


def _check_faultless(revision: ProductRevision | RoutingRevision | InstructionRevision, do: str) -> None:
    if mistakes := mistakes_of(revision):
        raise NotReleasable(_("{revision} has mistakes.").format(revision=revision), do=do, errors=mistakes)


def _check_reason(reason: str) -> None:
    if not reason.strip():
        sentence = _("It needs a reason.")
        raise InvalidInput(sentence, do=_("Say in a few words why."), errors=[FieldError("reason", sentence)])


def _sign(
    revision: ProductRevision | RoutingRevision | InstructionRevision,
    signing: Signing,
    meaning: Meaning,
    by: Person,
    at: datetime,
) -> None:
    if signing.confirmed_by.pk != by.pk:
        raise SignatureRefused(_("Somebody else's secret was entered."), do=_("Sign with your own."))
    sign(
        signing=signing,
        meaning=meaning,
        shown=shown(revision),
        is_all_new=False,
        # The time tells a second approval from the one before it was sent back.
        act={"status": revision.status, "at": at},
        table=revision._meta.db_table,
        record=revision.pk,
        site_id=revision.routing.site_id if isinstance(revision, RoutingRevision) else None,
        at=at,
    )
