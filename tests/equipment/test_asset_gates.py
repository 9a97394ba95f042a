"""The gates of tools and gauges, on facts given directly."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from equipment.facts import AssetFacts, assets_here
from equipment.gates import asset_at_station, asset_calibrated, asset_has_life
from equipment.models import AssetClass, PhysicalAsset
from mes.kernel.gates import Facts

TODAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Needed:
    class_code: str
    name: str


TORQUE = AssetClass(code="TORQUE", name="torque wrench", calibration_interval_days=365, life_cycles=100)
PRESS = AssetClass(code="PRESS", name="press tool", life_hours=Decimal(8))
ASKED = [Needed("TORQUE", "torque wrench"), Needed("PRESS", "press tool")]


def asset(code="TW-1", of=TORQUE, due=TODAY, **more):
    hours = more.pop("hours", Decimal(0))
    return PhysicalAsset(code=code, name="Wrench", asset_class=of, calibration_due_date=due, hours=hours, **more)


def facts(*here, required=ASKED):
    return Facts.of({assets_here: AssetFacts(required, "ST-30", here, TODAY)})


def codes(*here, required=ASKED):
    gates = (asset_at_station, asset_calibrated, asset_has_life)
    return [verdict.code for gate in gates if (verdict := gate(facts(*here, required=required)))]


def test_calibrated_until_today_and_alive_is_fit():
    known = facts(asset(), asset("P-1", PRESS, due=None))
    assert codes(*known[assets_here].here) == []
    assert [one.code for one in known[assets_here].taken()] == ["TW-1", "P-1"]


def test_what_is_not_asked_for_does_not_matter():
    assert codes(asset(due=None), required=[]) == []


def test_each_class_that_is_missing_is_named():
    verdict = asset_at_station(facts())
    assert (verdict.code, verdict.what) == ("ASSET_MISSING", "No torque wrench is at ST-30.")
    assert verdict.why == "It needs press tool as well."
    assert codes(asset()) == ["ASSET_MISSING"]


@pytest.mark.parametrize(
    ("due", "words"),
    [(date(2026, 11, 22), "TW-1 Wrench was due for calibration on 22 Nov 2026."), (None, "has no valid calibration")],
)
def test_the_overdue_one_is_named_with_its_date_and_what_to_do(due, words):
    verdict = asset_calibrated(facts(asset(due=due)))
    assert verdict.code == "ASSET_NOT_CALIBRATED"
    assert words in verdict.what
    assert "let quality calibrate this one" in verdict.do


def test_another_one_that_is_calibrated_will_do():
    here = asset(due=date(2026, 1, 1)), asset("TW-2")
    assert codes(*here, required=ASKED[:1]) == []
    assert [one.code for one in facts(*here)[assets_here].taken()] == ["TW-2"]


def test_a_worn_one_is_named_with_what_it_has_done():
    verdict = asset_has_life(facts(asset(cycles=100)))
    assert (verdict.code, verdict.why) == ("ASSET_WORN_OUT", "It has done 100 of 100 cycles.")
    worn = asset("P-1", PRESS, due=None, hours=Decimal("8.5"))
    assert asset_has_life(facts(worn)).why == "It has done 8.5 of 8 hours."


def test_one_that_is_calibrated_and_another_that_has_life_are_together_none():
    assert codes(asset(cycles=100), asset("TW-2", due=None), required=ASKED[:1]) == ["ASSET_WORN_OUT"]


def test_of_several_the_one_due_first_is_taken():
    here = asset("TW-1", due=date(2027, 6, 1)), asset("TW-3", due=date(2027, 1, 1)), asset("TW-2", due=date(2027, 1, 1))
    assert [one.code for one in facts(*here, required=ASKED[:1])[assets_here].taken()] == ["TW-2"]
