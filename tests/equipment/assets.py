"""Tools and gauges for tests, at the plant of tests/plant.py, and what is done with them there."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from equipment.actions import assets, calibrations, help_calls
from equipment.actions.calibrations import Calibration
from equipment.models import AssetClass, CalibrationRecord, HelpCall, PhysicalAsset, Station
from mes.kernel.keys import uuid7
from orders.actions import drafts
from orders.models import OperationAsset
from tests.plant import Plant

GOOD = Calibration(result="PASSED", as_found="1.200 N·m", as_left="1.200 N·m", standard="REF-7, PTB 4711")


def wrench_class(plant: Plant, **more) -> AssetClass:
    """Torque wrenches: calibrated once a year, good for 1000 screws."""
    limits = {"calibration_interval_days": 365, "life_cycles": 1000} | more
    with plant.door("hiroshi"):
        made, _ = AssetClass.objects.get_or_create(code="TORQUE", name="torque wrench", kind="TOOL", defaults=limits)
    return made


def wrench(plant: Plant, code: str = "TW-1", at: str = "", *, due: date | None = None, **more) -> PhysicalAsset:
    """A torque wrench in the store, or at a station; calibrated by Mei, unless due says until when it was."""
    with plant.door("hiroshi"):
        made = PhysicalAsset.objects.create(
            site=plant.site,
            asset_class=more.pop("asset_class", None) or wrench_class(plant),
            code=code,
            name="Wrench",
            station=plant.stations[at] if at else None,
            **more,
        )
    if due is None and made.asset_class.calibration_interval_days:
        calibrate(plant, made)
    elif due:
        with plant.door("mei"):
            PhysicalAsset.objects.filter(pk=made.pk).update(calibration_due_date=due)
    return fresh(made)


def fresh(asset: PhysicalAsset) -> PhysicalAsset:
    return PhysicalAsset.objects.select_related("asset_class", "station", "site").get(pk=asset.pk)


def calibrate(plant: Plant, asset: PhysicalAsset, who: str = "mei", **found) -> CalibrationRecord:
    with plant.door(who) as passage:
        given = Calibration(**(vars(GOOD) | found))
        return calibrations.calibrate(asset=asset, found=given, by=passage.person, at=passage.at)


def place(plant: Plant, asset: PhysicalAsset, station: Station | None, who: str = "amina") -> PhysicalAsset:
    with plant.door(who) as passage:
        return assets.place(asset=asset, station=station, by=passage.person, at=passage.at)


def used(plant: Plant, asset: PhysicalAsset, cycles: int, execution: UUID | None = None) -> UUID:
    """An operation took the asset and used it up by so many cycles; its key."""
    key = execution or uuid7()
    with plant.door() as passage:
        assets.take(assets=[asset], execution=key, by=passage.person, at=passage.at)
        lasted = plant.at() - passage.at
        by_class = {asset.asset_class.code: Decimal(cycles)}
        assets.use(execution=key, cycles=by_class, lasted=lasted, by=passage.person, at=passage.at)
    return key


def help_call(
    plant: Plant, kind: str = "MATERIAL", station: str = "30", who: str = "amina", note: str = ""
) -> HelpCall:
    """A call for help from a station."""
    with plant.door(who) as passage:
        return help_calls.call(station=plant.stations[station], kind=kind, note=note, by=passage.person, at=passage.at)


def asking_for_a_wrench(plant: Plant, *, placed: bool = True, cycles_per_piece: int = 6) -> PhysicalAsset:
    """From here on operation 30 asks for a torque wrench. placed: the one there is, calibrated, is at its station."""
    with plant.door("hiroshi") as passage:
        draft = drafts.copy_routing_revision(revision=plant.routing, by=passage.person, at=passage.at)
        OperationAsset.objects.create(
            operation=draft.operations.get(code="30"),
            asset_class=wrench_class(plant),
            cycles_per_piece=cycles_per_piece,
        )
    plant.routing = plant.approve_and_release(draft)
    return wrench(plant, at="30" if placed else "")
