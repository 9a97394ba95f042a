"""One revision of a product, routing or instruction: what it says, what it changes, and its life."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from equipment.queries import sites_of
from mes.kernel.audit import canonical
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning, Signature
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of
from mes.kernel.door import Passage
from mes.kernel.personnel.actions.secrets import confirm_password
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from orders import effects
from orders.actions import drafts, revisions
from orders.bom import bom_tree
from orders.catalogue import newer_standards, revision_before, siblings_of, standard_operations
from orders.content import AnyRevision, parts_of, shown
from orders.differences import by_operation, differences, operations_changed
from orders.drawing import draw
from orders.forms import EffectivityForm, ReasonForm, SignForm, StandardForm
from orders.histories import acts_on
from orders.instructions import sheet_of
from orders.models import InstructionRevision, Operation, ProductRevision, RoutingRevision
from orders.policies import known_revision, mistakes_of, warnings_of
from orders.status import RevisionStatus
from orders.views.master_data import LINES

_KINDS = {ProductRevision: "product", RoutingRevision: "routing", InstructionRevision: "instruction"}


def kind_of(revision: AnyRevision) -> str:
    return _KINDS[type(revision)]


def page_of(revision: AnyRevision) -> str:
    return reverse("revision", args=[kind_of(revision), revision.pk])


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def revision_page(request: HttpRequest, kind: str, pk: Any) -> HttpResponse:
    """The page; ?against= another revision of the same, in place of the one released before it."""
    revision = known_revision(request.user, kind, pk)
    siblings = list(siblings_of(revision))
    before = _compared_with(request, revision, siblings)
    parts = parts_of(revision)
    changes = differences(parts_of(before), parts) if before else []
    effect = effects.effect_of(revision, sites_of(request.user))
    context: dict[str, Any] = {
        "revision": revision,
        "kind": kind,
        "site": _site_of(revision),
        "may_hold": request.user.may(Permission.PLACE_HOLDS),
        "siblings": siblings,
        "before": before,
        "changes": [(within, list(group)) for within, group in by_operation(changes)],
        "mistakes": mistakes_of(revision) if revision.status in _OPEN else [],
        "warnings": warnings_of(revision, on=timezone.now().date()) if revision.status in _OPEN else [],
        "signatures": Signature.objects.filter(record=revision.pk).select_related("signed_by").order_by("signed_at"),
        "effect": effect,
        "most": effects.SHOWN,
        "digest": canonical.digest(shown(revision, parts)),
    }
    context |= _ways_on(request, revision) | _picture(revision, operations_changed(changes))
    return render(request, "orders/revision.html", context)


_OPEN = (RevisionStatus.DRAFT, RevisionStatus.APPROVED)


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def history(request: HttpRequest, kind: str, pk: Any) -> HttpResponse:
    """What was done to the revision and its rows: field, before, after, who, when, why."""
    revision = known_revision(request.user, kind, pk)
    context = {"revision": revision, "kind": kind, "acts": acts_on(revision), "site": _site_of(revision)}
    return render(request, "orders/revision_history.html", context)


@sensitive_post_parameters("password")
@require_POST
@office(Permission.VIEW_MASTER_DATA)
def act(request: HttpRequest, kind: str, pk: Any, verb: str) -> HttpResponse:
    """Carry out one verb on the revision; who may is checked by the verb itself."""
    revision = known_revision(request.user, kind, pk)
    if verb not in _ACTS:
        raise NotFound(_("There is nothing at this address."), do=_("Load the page again."))
    form, carry_out = _ACTS[verb]
    given = cleaned(form(request.POST))
    if "password" in given:
        given["confirmed_by"] = confirm_password(
            person=request.user,
            password=given.pop("password"),
            at=timezone.now(),  # type: ignore[arg-type]
        )
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            said, to = carry_out(revision, given, passage)
            passage.remember(said=said, to=page_of(to))
    return answer(request, passage)


Done = tuple[str, AnyRevision]


def _who(passage: Passage) -> dict[str, Any]:
    return {"by": passage.person, "at": passage.at}


def _approve(revision: Any, given: dict[str, Any], passage: Passage) -> Done:
    signing = Signing(given["confirmed_by"], Meaning.APPROVED, given["digest"])
    done = revisions.approve(revision=revision, signing=signing, **_who(passage))
    return _("%s is approved: another person with the quality role releases it.") % done, done


def _release(revision: Any, given: dict[str, Any], passage: Passage) -> Done:
    signing = Signing(given["confirmed_by"], Meaning.RELEASED, given["digest"])
    done = revisions.release(revision=revision, signing=signing, **_who(passage))
    if isinstance(done, RoutingRevision) and done.redline_of is not None:
        return _("%s is released: put it into effect on the order's page.") % done, done
    return _("%s is released: orders released from now on can pin it.") % done, done


def _send_back(revision: Any, given: dict[str, Any], passage: Passage) -> Done:
    done = revisions.send_back(revision=revision, reason=given["reason"], **_who(passage))
    return _("%s is a draft again.") % done, done


def _retire(revision: Any, given: dict[str, Any], passage: Passage) -> Done:
    done = revisions.retire(revision=revision, **_who(passage))
    return _("%s is obsolete: no further order can pin it.") % done, done


def _end(revision: Any, given: dict[str, Any], passage: Passage) -> Done:
    done = revisions.end_effectivity(revision=revision, on=given["on"], reason=given["reason"], **_who(passage))
    return _("The effectivity of %s is changed.") % done, done


def _copy(revision: Any, given: dict[str, Any], passage: Passage) -> Done:
    copies: dict[type, Callable[..., AnyRevision]] = {
        ProductRevision: drafts.copy_product_revision,
        RoutingRevision: drafts.copy_routing_revision,
        InstructionRevision: drafts.copy_instruction_revision,
    }
    made = copies[type(revision)](revision=revision, **_who(passage))
    return _("This is a new draft, a copy of %s.") % revision, made


def _insert(revision: Any, given: dict[str, Any], passage: Passage) -> Done:
    standard = Operation.objects.filter(pk=given["operation"], routing_revision__routing__product=None).first()
    if standard is None or not isinstance(revision, RoutingRevision):
        raise NotFound(_("There is no such standard operation."), do=_("Choose one from the list."))
    made = drafts.insert_standard_operation(draft=revision, operation=standard, code=given["code"], **_who(passage))
    return _("%s is inserted: add its edges.") % made, revision


_ACTS: dict[str, tuple[type[ReasonForm] | type[SignForm], Callable[..., Done]]] = {
    "approve": (SignForm, _approve),
    "release": (SignForm, _release),
    "send-back": (ReasonForm, _send_back),
    "retire": (ReasonForm, _retire),
    "end": (EffectivityForm, _end),
    "copy": (ReasonForm, _copy),
    "insert": (StandardForm, _insert),
}


def _ways_on(request: HttpRequest, revision: AnyRevision) -> dict[str, Any]:
    """What the revision's state lets one do, each with the refusal of who may not."""
    may_draft = refusal_of(check_permission, request.user, Permission.DRAFT_MASTER_DATA)
    may_release = refusal_of(check_permission, request.user, Permission.RELEASE_MASTER_DATA)
    is_author = revision.approved_by_id == request.user.pk
    return {
        "why_not_draft": may_draft,
        "why_not_release": may_release,
        "why_not_send_back": None if is_author else may_release,
        "is_author": is_author,
        "effectivity_form": EffectivityForm(initial={"on": revision.effective_to}, auto_id="end_%s"),
        "edit_url": reverse(f"admin:orders_{revision._meta.model_name}_change", args=[revision.pk]),
    }


def _picture(revision: AnyRevision, changed: dict[str, str]) -> dict[str, Any]:
    """What the kind of revision is best looked at as: a graph, a tree, a sheet."""
    if isinstance(revision, ProductRevision):
        return {"tree": bom_tree(revision, most=LINES)}
    if isinstance(revision, InstructionRevision):
        return {"sheet": sheet_of(revision)}
    newer = newer_standards(revision)
    standards = standard_operations(revision.routing.site_id) if revision.is_draft else []
    return {"drawing": draw(revision, changed), "newer": newer, "standards": standards}


def _compared_with(request: HttpRequest, revision: AnyRevision, siblings: list[Any]) -> Any:
    asked = request.GET.get("against", "")
    chosen = next((one for one in siblings if str(one.pk) == asked and one.pk != revision.pk), None)
    return chosen or revision_before(revision)


def _site_of(revision: AnyRevision) -> Any:
    return revision.routing.site if isinstance(revision, RoutingRevision) else None
