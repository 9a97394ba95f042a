"""Passing gates at a station: what the override page asks, and what it brings along with the act it repeats."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mes.kernel import gates
from mes.kernel.gates import Override
from mes.kernel.refusals import InvalidInput
from mes.station.actions.logons import confirm_pin_at
from mes.station.forms import OverrideForm, checked
from mes.station.policies import badge_owner
from mes.station.views.presence import Presence, logged_on
from wip.overrides import GivenOverride

_ACTS = {"start", "scan", "record", "book", "complete", "take_over"}


@dataclass(frozen=True)
class Asked:
    """A gate to be passed, with what it said. by_permit: under a permit, else by a supervisor."""

    gate: str
    what: str
    by_permit: bool


@require_POST
@logged_on
def override(request: HttpRequest, presence: Presence) -> HttpResponse:
    """Ask for reason and permit, or supervisor, for each gate that refused an act; then the act is posted again."""
    given = checked(OverrideForm(request.POST))
    try:
        act = resolve(given["to"])
        fields, secrets, said = (json.loads(given[name]) for name in ("asked", "secrets", "blockers"))
        asked = [_asked(str(gate), str(what)) for gate, what in said]
        fields = [(str(name), str(value)) for name, value in fields]
    except (Resolver404, ValueError, TypeError) as error:
        raise _unreadable() from error
    if act.namespace != "station" or act.url_name not in _ACTS or not asked:
        raise _unreadable()
    context = presence.context(
        to=given["to"],
        fields=fields,
        asked=asked,
        needs_supervisor=any(not one.by_permit for one in asked),
        needs_pin="pin" in secrets,
        needs_witness="witness_pin" in secrets,
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
    return [
        GivenOverride(path, reason, None if permit else supervisor, permit.strip())
        for path, reason, permit in zip(paths, reasons, permits, strict=True)
    ]


def _asked(path: str, what: str) -> Asked:
    gate = next((one for one in gates.configured() if one.path == path), None)
    if gate is None or gate.override == Override.NEVER:
        raise _unreadable()
    return Asked(path, what, gate.override == Override.PERMIT)


def _unreadable() -> Any:
    return InvalidInput(_("What was sent can't be read."), do=_("Do again what was refused."))
