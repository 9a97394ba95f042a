"""Deviation permits and overrides in tests, by the verbs."""

from decimal import Decimal

from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from wip.actions import permits
from wip.actions.permits import Deviation
from wip.models import Permit
from wip.overrides import GivenOverride

LIMITS = "quality.gates.readings_within_limits"
BEFORE = "wip.gates.predecessors_done"
YOURS = "wip.gates.execution_is_yours"


def grant(plant, gate=LIMITS, who="mei", quantity=1, signing="", **more) -> Permit:
    given = {"site": plant.site, "gate": gate, "reason": "Customer accepts", "quantity_limit": None} | more
    if quantity is not None:
        given["quantity_limit"] = Decimal(quantity)
    with plant.door(who) as passage:
        signed = Signing(passage.person, Meaning.APPROVED) if signing == "" else signing
        return permits.grant(deviation=Deviation(**given), signing=signed, by=passage.person, at=passage.at)


def close(plant, permit, who="mei", reason="Not needed any more") -> Permit:
    with plant.door(who) as passage:
        return permits.close(permit=permit, reason=reason, by=passage.person, at=passage.at)


def under(permit, gate=LIMITS, reason="Within the customer's limit") -> GivenOverride:
    return GivenOverride(gate, reason, permit=str(permit))


def by_supervisor(plant, gate=YOURS, who="ines", reason="Amina is at lunch") -> GivenOverride:
    return GivenOverride(gate, reason, approved_by=plant.people[who] if who else None)
