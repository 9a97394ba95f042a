"""Where tools are, what they were used for, and whether they are in use at all."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from equipment.actions import assets
from equipment.actions.assets import (
    AssetAlreadyThere,
    AssetInUse,
    AssetOutOfUse,
    NothingToOverhaul,
    StationNotForAsset,
)
from equipment.models import AssetUse, Station
from equipment.policies import SiteNotYours
from equipment.queries import assets_taken_by, execution_keys
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from tests.equipment.assets import fresh, place, used, wrench, wrench_class

pytestmark = pytest.mark.django_db


def do(plant, verb, asset, who="mei", **more):
    with plant.door(who, reason="Worn") as passage:
        return getattr(assets, verb)(asset=asset, by=passage.person, at=passage.at, **more)


def test_an_asset_is_brought_to_a_station_and_back_to_the_store(plant):
    tool = wrench(plant)
    assert place(plant, tool, plant.stations["30"]).station == plant.stations["30"]
    assert place(plant, tool, None).station is None
    states = tool.history.order_by("history_date", "history_id").values_list("station", "history_user__username")
    assert (plant.stations["30"].pk, "amina") in list(states)


def test_it_is_not_placed_where_it_is(plant):
    tool = wrench(plant, at="30")
    with pytest.raises(AssetAlreadyThere, match="at ST-30"):
        place(plant, tool, plant.stations["30"])
    with pytest.raises(AssetAlreadyThere, match="in the store"):
        place(plant, wrench(plant, "TW-2"), None)


def test_it_is_not_placed_at_another_site_nor_at_a_station_out_of_use(plant):
    tool, station = wrench(plant), plant.stations["30"]
    with plant.door("omar"):
        away = Station.objects.create(
            site=plant.elsewhere,
            work_center=plant.elsewhere.work_centers.create(code="L", name="L"),
            station_class=station.station_class,
            code="ST-30",
            name="Torque",
        )
        station.is_active = False
        station.save()
    for wrong in (away, station):
        with pytest.raises(StationNotForAsset):
            place(plant, tool, wrong)


def test_of_a_site_that_is_not_ones_own_it_is_not_moved(plant):
    tool = wrench(plant)
    with plant.door("omar"):
        plant.people["amina"].site_access.all().delete()
    with pytest.raises(SiteNotYours):
        place(plant, tool, plant.stations["30"])


@pytest.mark.parametrize(
    ("verb", "who"), [("place", "pavel"), ("overhaul", "ines"), ("retire", "amina"), ("restore", "ruth")]
)
def test_who_may_not_is_refused(plant, verb, who):
    more = {"place": {"station": None}, "overhaul": {"reason": "x"}}.get(verb, {})
    with pytest.raises(RoleMissing):
        do(plant, verb, wrench(plant), who, **more)


def test_out_of_use_it_leaves_its_station_and_goes_to_none_until_it_is_put_back(plant):
    tool = wrench(plant, at="30")
    assert do(plant, "retire", tool).station is None
    with pytest.raises(AssetOutOfUse):
        place(plant, tool, plant.stations["30"])
    with pytest.raises(AssetOutOfUse):
        do(plant, "retire", tool)
    assert do(plant, "restore", tool).is_active
    with pytest.raises(AssetInUse):
        do(plant, "restore", tool)
    assert "Worn" in tool.history.values_list("history_change_reason", flat=True)


def test_use_adds_to_its_life_and_is_on_record(plant):
    tool = wrench(plant)
    first, second = used(plant, tool, 6), used(plant, tool, 4)
    assert fresh(tool).cycles == 10
    assert fresh(tool).cycles_left == 990
    assert set(execution_keys(tool)) == {second, first}
    assert assets_taken_by([first]) == {first: [tool]}


def test_use_counts_broken_cycles_whole_and_hours_where_they_limit_life(plant):
    by_hours = wrench_class(plant, life_cycles=None, life_hours=Decimal(8))
    tool = wrench(plant, asset_class=by_hours)
    with plant.door() as passage:
        assets.take(assets=[tool], execution=tool.pk, by=passage.person, at=passage.at)
        given = {"cycles": {"TORQUE": Decimal("2.5")}, "lasted": timedelta(minutes=90)}
        assets.use(execution=tool.pk, by=passage.person, at=passage.at, **given)
    assert (fresh(tool).cycles, fresh(tool).hours, fresh(tool).hours_left) == (3, Decimal("1.5"), Decimal("6.5"))


def test_life_left_ends_at_the_limit(plant):
    tool = wrench(plant)
    used(plant, tool, 999)
    assert fresh(tool).has_life
    used(plant, tool, 1)
    assert not fresh(tool).has_life


def test_an_overhaul_begins_life_anew_and_the_balance_stays_the_sum_of_the_rows(plant):
    tool = wrench(plant)
    used(plant, tool, 1200)
    do(plant, "overhaul", tool, reason="New blade")
    used(plant, tool, 7)
    total = AssetUse.objects.filter(asset=tool).aggregate(cycles=Sum("cycles"), hours=Sum("hours"))
    assert (fresh(tool).cycles, total["cycles"]) == (7, 7)
    assert fresh(tool).hours == total["hours"]
    assert AssetUse.objects.get(cycles=-1200).reason == "New blade"


def test_an_overhaul_says_why_and_is_refused_where_nothing_was_used(plant):
    tool = wrench(plant)
    with pytest.raises(NothingToOverhaul):
        do(plant, "overhaul", tool, reason="Because")
    used(plant, tool, 1)
    with pytest.raises(InvalidInput, match="reason"):
        do(plant, "overhaul", tool, reason=" ")
