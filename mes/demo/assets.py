"""What the calibrations of the demo plant's tools and gauges say."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from equipment.actions.calibrations import Calibration, calibrate
from equipment.models import PhysicalAsset
from equipment.status import CalibrationResult
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person

_ADJUSTED, _FAILED = CalibrationResult.ADJUSTED, CalibrationResult.FAILED


@dataclass(frozen=True)
class DemoCalibration:
    """days_ago: before loading; due: when the next one is, in days from then."""

    asset: str
    days_ago: int
    due: int = 0
    result: str = CalibrationResult.PASSED
    as_found: str = "0.2 % off"
    as_left: str = ""  # as it was found


CALIBRATIONS = (
    DemoCalibration("TW-0301", 120, 245, _ADJUSTED, "1.26 N·m at 1.20", "1.20 N·m"),
    DemoCalibration("TW-0302", 383, -18, as_found="1.21 N·m at 1.20"),
    DemoCalibration("LT-0401", 160, 20, as_found="0.01 ml/min off"),
    DemoCalibration("LT-0402", 41, 0, _FAILED, "0.09 ml/min off", "Sent to the maker"),
    DemoCalibration("DG-0201", 90, 275),
    DemoCalibration("SC-0601", 200, 165, as_found="1 g off at 2 kg"),
    DemoCalibration("FS-1401", 62, 28, as_found="2 K low at 930 °C"),
    DemoCalibration("MIC-1203", 377, -12),
    DemoCalibration("MIC-1204", 75, 290),
    DemoCalibration("MIC-1205", 75, 290),
    DemoCalibration("GT-1601", 300, 65, as_found="0.4 µm off"),
)


def calibrate_assets(*, now: datetime, by: Person) -> None:
    """Each asset calibrated in its time."""
    assets = {asset.code: asset for asset in PhysicalAsset.objects.all()}
    for one in CALIBRATIONS:
        at = now - timedelta(days=one.days_ago)
        found = Calibration(
            one.result,
            one.as_found,
            one.as_left or one.as_found,
            "Reference of the calibration laboratory, DAkkS D-K-15019",
            certificate_number=f"K-{one.asset[-4:]}-{at:%y%m}",
            due_date=None if one.result == _FAILED else (now + timedelta(days=one.due)).date(),
        )
        with open_door(person=by, at=at, reason="Calibration"):
            calibrate(asset=assets[one.asset], found=found, by=by, at=at)
