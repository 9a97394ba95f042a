"""Tools, gauges and fixtures of the demo plant: where they are, and what their calibrations say."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from equipment.actions.assets import place
from equipment.actions.calibrations import Calibration, calibrate
from equipment.models import AssetClass, PhysicalAsset
from equipment.status import AssetKind, CalibrationResult
from mes.demo.ground import Ground
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person

_TOOL, _GAUGE, _FIXTURE = AssetKind.TOOL, AssetKind.GAUGE, AssetKind.FIXTURE

# code: kind, name, days between calibrations, cycles of life, hours of life
CLASSES = {
    "torque-wrench": (_TOOL, "Torque wrench 1.2 N·m", 365, 25_000, None),
    "leak-tester": (_GAUGE, "Leak test device", 180, None, None),
    "dial-gauge": (_GAUGE, "Dial gauge 0.01 mm", 365, None, None),
    "scale": (_GAUGE, "Scale 6 kg", 365, None, None),
    "clamp": (_FIXTURE, "Leak test fixture", None, 5_000, None),
    "turning-insert": (_TOOL, "Turning insert", None, 450, None),
    "hob": (_TOOL, "Hob, module 1", None, None, Decimal(140)),
    "furnace-sensor": (_GAUGE, "Furnace thermocouple", 90, None, None),
    "grinding-wheel": (_TOOL, "Grinding wheel", None, 4_000, None),
    "micrometer": (_GAUGE, "Micrometer 0–25 mm", 365, None, None),
    "gear-tester": (_GAUGE, "Gear tester", 365, None, None),
}


@dataclass(frozen=True)
class DemoAsset:
    """station: its number, empty for the store. calibrated: days before loading; due: when next, in days from then."""

    code: str
    asset_class: str
    station: str
    calibrated: int = 0
    due: int = 0
    result: str = CalibrationResult.PASSED
    as_found: str = "0.2 % off"
    as_left: str = "0.2 % off"


ASSETS = (
    DemoAsset("TW-0301", "torque-wrench", "30", 120, 245, CalibrationResult.ADJUSTED, "1.26 N·m at 1.20", "1.20 N·m"),
    DemoAsset("TW-0302", "torque-wrench", "", 383, -18, as_found="1.21 N·m at 1.20", as_left="1.21 N·m at 1.20"),
    DemoAsset("LT-0401", "leak-tester", "40", 160, 20, as_found="0.01 ml/min off", as_left="0.01 ml/min off"),
    DemoAsset("LT-0402", "leak-tester", "", 41, 0, CalibrationResult.FAILED, "0.09 ml/min off", "Sent to the maker"),
    DemoAsset("FX-0402", "clamp", "40"),
    DemoAsset("DG-0201", "dial-gauge", "20", 90, 275),
    DemoAsset("SC-0601", "scale", "60", 200, 165, as_found="1 g off at 2 kg", as_left="1 g off at 2 kg"),
    DemoAsset("TI-1101", "turning-insert", "110"),
    DemoAsset("TI-1102", "turning-insert", ""),
    DemoAsset("HB-1201", "hob", "120"),
    DemoAsset("FS-1401", "furnace-sensor", "140", 62, 28, as_found="2 K low at 930 °C", as_left="2 K low at 930 °C"),
    DemoAsset("GW-1501", "grinding-wheel", "150"),
    DemoAsset("MIC-1203", "micrometer", "150", 377, -12),
    DemoAsset("MIC-1204", "micrometer", "150", 75, 290),
    DemoAsset("MIC-1205", "micrometer", "160", 75, 290),
    DemoAsset("GT-1601", "gear-tester", "160", 300, 65, as_found="0.4 µm off", as_left="0.4 µm off"),
)


def build_classes() -> dict[str, AssetClass]:
    """The classes that operations ask for. Within an open door, as the next."""
    return {
        code: AssetClass.objects.create(
            code=code, name=name, kind=kind, calibration_interval_days=days, life_cycles=cycles, life_hours=hours
        )
        for code, (kind, name, days, cycles, hours) in CLASSES.items()
    }


def build_assets(classes: dict[str, AssetClass], ground: Ground) -> dict[str, PhysicalAsset]:
    """The assets, by code, all of them in the store."""
    return {
        one.code: PhysicalAsset.objects.create(
            site=ground.site,
            asset_class=classes[one.asset_class],
            code=one.code,
            name=CLASSES[one.asset_class][1],
            serial_number=f"SN {one.code.replace('-', '/')}",
        )
        for one in ASSETS
    }


def bring(assets: dict[str, PhysicalAsset], ground: Ground, *, now: datetime, placed: datetime, by: Person) -> None:
    """Each asset calibrated in its time, then brought to its station."""
    for one in ASSETS:
        if one.calibrated:
            at = now - timedelta(days=one.calibrated)
            failed = one.result == CalibrationResult.FAILED
            found = Calibration(
                one.result,
                one.as_found,
                one.as_left,
                "Reference of the calibration laboratory, DAkkS D-K-15019",
                certificate_number=f"K-{one.code[-4:]}-{at:%y%m}",
                due_date=None if failed else (now + timedelta(days=one.due)).date(),
            )
            with open_door(person=by, at=at, reason="Calibration"):
                calibrate(asset=assets[one.code], found=found, by=by, at=at)
    with open_door(person=by, at=placed, reason="Brought to the line"):
        for one in ASSETS:
            if one.station:
                place(asset=assets[one.code], station=ground.stations[one.station], by=by, at=placed)
