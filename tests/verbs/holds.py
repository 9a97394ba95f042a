"""Holds with what inherits them, and permits."""

from decimal import Decimal

from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from tests.holds import build_in, lift_for, place, signed
from tests.permits import LIMITS, close, grant
from tests.verbs.workshop import Workshop
from wip.actions import holds, permits
from wip.actions.permits import Deviation

DOUBT = {"reason_code": "PROCESS", "reason": "Doubt"}


def place_a_hold(shop: Workshop):
    return shop.act(holds.place, "mei", unit=shop.plant.unit(), **DOUBT)


def place_a_hold_on_an_order(shop: Workshop, reach: int = 3):
    return shop.act(holds.place, "mei", order=shop.plant.released(reach), **DOUBT)


def place_a_hold_on_a_lot_that_was_built_in(shop: Workshop, reach: int = 3):
    return shop.act(holds.place, "mei", unit=_built_in(shop, reach), **DOUBT)


def release_a_hold(shop: Workshop):
    return _released(shop, place_a_hold(shop)())


def release_a_hold_with_what_inherited_it(shop: Workshop, reach: int = 3):
    hold = place(shop.plant, kind="PROCESS", unit=_built_in(shop, reach))
    return _released(shop, hold)


def _released(shop: Workshop, hold):
    signing = signed(hold, shop.plant.people["mei"])
    return shop.act(holds.release, "mei", hold=hold, reason="Checked", signing=signing)


def release_some_of_what_inherited_a_hold(shop: Workshop, reach: int = 3):
    hold = place(shop.plant, kind="PROCESS", unit=_built_in(shop, reach + 1))
    some = [heir.unit for heir in hold.heirs.select_related("unit").order_by("unit__serial")[:reach]]
    return lambda: lift_for(shop.plant, hold, *some)


def release_some_of_an_order_on_hold(shop: Workshop, reach: int = 3):
    order = shop.plant.released(reach + 1)
    hold = place(shop.plant, kind="PROCESS", order=order)
    some = list(order.units.order_by("serial")[:reach])
    return lambda: lift_for(shop.plant, hold, *some)


def _built_in(shop: Workshop, reach: int):
    """A lot of screws that went into so many pumps."""
    lot = shop.plant.receive(shop.plant.screws, shop.name("LOT"), 10_000)
    for pump in shop.plant.released(reach).units.order_by("serial"):
        build_in(shop.plant, lot, pump, 6)
    return type(lot).objects.get(pk=lot.pk)


def grant_a_permit(shop: Workshop):
    deviation = Deviation(shop.plant.site, LIMITS, "Customer accepts", quantity_limit=Decimal(3))
    signing = Signing(shop.plant.people["mei"], Meaning.APPROVED)
    return shop.act(permits.grant, "mei", deviation=deviation, signing=signing)


def close_a_permit(shop: Workshop):
    permit = grant(shop.plant)
    return lambda: close(shop.plant, permit)
