"""What lifts a gate's no, and who may: the verb for each gate, and the people with its right at the site."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mes.kernel.gates import Override, Verdict
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import PERMISSIONS, Permission, Role

NAMED = 3  # people who are called by name

# By the path of the gate; of one that is not here (a plant's own), what its verdict says to do stands alone.
_VERBS: dict[str, tuple[Any, Permission]] = {
    "orders.gates.order_released": (lazy("Release the order"), Permission.RELEASE_ORDERS),
    "wip.gates.no_open_hold": (lazy("Release the hold"), Permission.RELEASE_HOLDS),
    "wip.gates.component_not_on_hold": (lazy("Release the hold"), Permission.RELEASE_HOLDS),
    "wip.gates.predecessors_done": (lazy("Do what comes before"), Permission.WORK),
    "wip.gates.operation_not_begun": (lazy("End it, or take it over"), Permission.WORK),
    "wip.gates.station_is_the_jobs": (lazy("Go on with it there"), Permission.WORK),
    "wip.gates.execution_is_yours": (lazy("Take it over"), Permission.WORK),
    "wip.gates.station_fits": (lazy("Bring it to a station of the class"), Permission.WORK),
    "wip.gates.line_cleared": (lazy("Clear the line"), Permission.CLEAR_LINE),
    "wip.gates.required_steps_recorded": (lazy("Record what is left"), Permission.WORK),
    "wip.gates.first_expiry_first": (lazy("Take the other lot"), Permission.WORK),
    "quality.gates.readings_within_limits": (lazy("Correct it, or scrap it"), Permission.WORK),
    "mes.kernel.personnel.gates.operator_qualified": (
        lazy("Grant the qualification"),
        Permission.GRANT_QUALIFICATIONS,
    ),
    "orders.gates.instruction_read": (lazy("Read the instruction and confirm it"), Permission.WORK),
    "equipment.gates.asset_at_station": (lazy("Bring a tool"), Permission.MOVE_ASSETS),
    "equipment.gates.asset_calibrated": (lazy("Calibrate it"), Permission.CALIBRATE_ASSETS),
    "equipment.gates.asset_has_life": (lazy("Overhaul it"), Permission.CALIBRATE_ASSETS),
    "equipment.gates.taken_asset_still_fit": (lazy("Calibrate it"), Permission.CALIBRATE_ASSETS),
    "equipment.gates.machine_ready": (lazy("Get the machine ready"), Permission.WORK),
}


@dataclass(frozen=True)
class Remedy:
    """verb: what lifts it; empty: only what the verdict says. roles, people: who may. override: who may pass it."""

    verb: str
    permission: str
    roles: list[str]
    people: list[str]
    people_count: int
    override: str


class Remedies:
    """What lifts verdicts at the sites: their people are asked once, in one statement."""

    def __init__(self, sites: Collection[UUID]) -> None:
        found = Person.objects.filter(is_active=True, site_access__site__in=sites).distinct().order_by("full_name")
        self._people = list(found.only("full_name", "roles", "is_active"))

    def of(self, verdict: Verdict) -> Remedy:
        known = _VERBS.get(verdict.gate)
        override = {
            Override.SUPERVISOR: _("A supervisor may pass it"),
            Override.PERMIT: _("A deviation permit may pass it"),
        }.get(verdict.override, "")
        if known is None:
            return Remedy("", "", [], [], 0, override)
        verb, permission = known
        people = [person.full_name for person in self._people if person.may(permission)]
        roles = [str(Role(role).label) for role in Role.values if permission in PERMISSIONS[role]]
        # Who works there is everybody: their names say nothing.
        named = [] if permission == Permission.WORK else people[:NAMED]
        return Remedy(str(verb), str(permission), roles, named, len(people), override)
