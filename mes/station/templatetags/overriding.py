"""Offering to override what the gates refused, beside the band that says it."""

import json
from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse

from mes.station.views.overridden import can_be_overridden
from wip.policies import BlockedByGates

register = template.Library()

# What belongs to one request alone, and secrets, which no page repeats.
_NOT_SENT_AGAIN = {"csrfmiddlewaretoken", "idempotency_key", "pin", "witness_pin", "override_pin"}


@register.simple_tag(takes_context=True)
def override_offer(context: Mapping[str, Any], refusal: Any) -> dict[str, str] | None:
    """What the override page needs to repeat the act; None where the act takes none, or a gate is for nobody."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    is_why = match is not None and match.view_name == "station:why"  # it says why a start is refused
    if request is None or match is None or not (is_why or can_be_overridden(match.func)):
        return None
    if not isinstance(refusal, BlockedByGates) or not refusal.is_overridable:
        return None
    given = request.POST if request.method == "POST" else request.GET
    asked = [
        [name, value]
        for name, values in given.lists()
        if name not in _NOT_SENT_AGAIN and not name.startswith("override_")
        for value in values
    ]
    return {
        "to": reverse("station:start") if is_why else request.path,
        "asked": json.dumps(asked),
        "secrets": json.dumps([name for name in ("pin", "witness_pin") if given.get(name)]),
        "blockers": json.dumps([[blocker.gate, blocker.what] for blocker in refusal.blockers]),
    }
