"""Passing gates at a station: what the override page asks, and what it brings along with the act it repeats."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from equipment.status import ReasonKind
from mes.kernel import gates
from mes.kernel.gates import Override
from mes.kernel.refusals import InvalidInput
from mes.station.actions.logons import confirm_pin_at
from mes.station.forms import OverrideForm, checked
from mes.station.policies import badge_owner
from mes.station.presenters.reasons import reason_context
from mes.station.views.presence import Presence, logged_on
from wip.overrides import GivenOverride

View = TypeVar("View", bound=Callable[..., HttpResponse])


@dataclass(frozen=True)
class Asked:
    """A gate to be passed, with all that it said. by_permit: under a permit, else by a supervisor.

    place: among the gates of the page, from 1; its tiles of reasons are a choice of their own.
    """

    place: int
    gate: str
    by_permit: bool
    said: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        return f"override_code_{self.place}"

    @property
    def id(self) -> str:
        return f"override-{self.place}"


def takes_overrides(view: View) -> View:
    """Mark a view whose act gates may refuse: where it is refused, the band offers to pass them, and so it is repeated.

    The view hands what `given_overrides` reads on to its verb. What bears no mark is nobody's to pass.
    """
    hidden: Any = sensitive_post_parameters("pin", "witness_pin", "override_pin")(view)
    hidden.takes_overrides = True
    return hidden  # type: ignore[no-any-return]


def can_be_overridden(view: Callable[..., Any]) -> bool:
    return getattr(view, "takes_overrides", False)


@require_POST
@logged_on
def override(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Ask for reason and permit, or supervisor, for each gate that refused an act; then the act is posted again."""
    given = checked(OverrideForm(request.POST))
    try:
        act = resolve(given["to"])
        fields, secrets, said = (json.loads(given[name]) for name in ("asked", "secrets", "blockers"))
        asked = _asked([(str(gate), str(what)) for gate, what in said])
        fields = [(str(name), str(value)) for name, value in fields]
    except (Resolver404, ValueError, TypeError) as error:
        raise _unreadable() from error
    if not can_be_overridden(act.func) or not asked:
        raise _unreadable()
    context = presence.context(
        to=given["to"],
        fields=fields,
        asked=asked,
        needs_supervisor=any(not one.by_permit for one in asked),
        needs_pin="pin" in secrets,
        needs_witness="witness_pin" in secrets,
        **reason_context(presence.station, ReasonKind.OVERRIDE),
    )
    return render(request, "station/override.html", context)


def given_overrides(request: HttpRequest, presence: Presence) -> list[GivenOverride]:
    """The overrides that a form brings. The supervisor's PIN is checked before any row is locked."""
    paths = request.POST.getlist("override_gate")[:20]
    if not paths:
        return []
    permits, reasons = request.POST.getlist("override_permit"), request.POST.getlist("override_reason")
    if not len(paths) == len(permits) == len(reasons):
        raise _unreadable()
    supervisor = None
    if badge := request.POST.get("override_badge", ""):
        pin = request.POST.get("override_pin", "")
        supervisor = confirm_pin_at(device=presence.device, person=badge_owner(badge), pin=pin, at=presence.now)
    codes = [request.POST.get(f"override_code_{place}", "") for place in range(1, len(paths) + 1)]
    return [
        GivenOverride(path, reason, None if permit else supervisor, permit.strip(), code)
        for path, reason, permit, code in zip(paths, reasons, permits, codes, strict=True)
    ]


def _asked(said: list[tuple[str, str]]) -> list[Asked]:
    """Each gate once: of a batch it may have said something of several units."""
    known = {one.path: one for one in gates.configured()}
    found: dict[str, Asked] = {}
    for path, what in said:
        gate = known.get(path)
        if gate is None or gate.override == Override.NEVER:
            raise _unreadable()
        found.setdefault(path, Asked(len(found) + 1, path, gate.override == Override.PERMIT)).said.append(what)
    return list(found.values())


def _unreadable() -> Any:
    return InvalidInput(_("What was sent can't be read."), do=_("Do again what was refused."))
