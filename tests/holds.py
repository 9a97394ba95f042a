"""Placing and releasing holds in tests, by the verbs."""

from genealogy.actions import units
from genealogy.actions.units import At
from genealogy.queries import ComponentScan
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from orders.plans import ComponentPlan
from wip.actions import holds
from wip.actions.holds import release_content
from wip.models import Hold


def place(plant, who="mei", reason="Leak doubtful", kind="QUALITY", **on) -> Hold:
    with plant.door(who) as passage:
        return holds.place(by=passage.person, at=passage.at, reason_code=kind, reason=reason, **on)


def signed(hold, person) -> Signing:
    """The person's signature that releases the hold."""
    return Signing(person, Meaning.RELEASED, digest(release_content(hold)))


def lift(plant, hold, who="mei", reason="Checked", **more) -> Hold:
    hold = Hold.objects.get(pk=hold.pk)
    with plant.door(who) as passage:
        signing = signed(hold, passage.person)
        return holds.release(hold=hold, reason=reason, by=passage.person, at=passage.at, **{"signing": signing} | more)


def lift_for(plant, hold, *units, who="mei", reason="Looked at") -> list[Hold]:
    hold = Hold.objects.get(pk=hold.pk)
    with plant.door(who) as passage:
        signing = signed(hold, passage.person)
        return holds.release_for(
            hold=hold, units=units, reason=reason, by=passage.person, at=passage.at, signing=signing
        )


def build_in(plant, component, host, quantity=1):
    """The component is consumed into the host, whatever their operations say."""
    wanted = ComponentPlan(component.product_id, "X", "X", "LOT", quantity, "pcs")
    with plant.door() as passage:
        units.consume(
            unit=host,
            components=[ComponentScan("S", component.serial, component, wanted, quantity)],
            where=At(None, "10", ""),
            by=passage.person,
            at=passage.at,
        )
