"""Bringing lots to a station and back."""

from datetime import date

import pytest

from equipment.models import Station
from genealogy.actions.lots import NotStaged
from genealogy.models import Activity, Unit
from genealogy.policies import Expired, NotUsable, StagedHere
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput, NotPermitted, Refusal
from tests.genealogy.lots import reject, stage, take_in, unstage
from tests.plant import NOW
from tests.races.runners import at_once, done, refused

TODAY = NOW.date()


def kinds(unit: Unit) -> list[tuple[str, str]]:
    found = Activity.objects.filter(units__unit=unit).order_by("sequence")
    return [(activity.kind, activity.station_code) for activity in found]


@pytest.mark.django_db
def test_a_lot_goes_to_a_station_to_the_next_and_back(plant):
    lot = take_in(plant)
    stage(plant, lot)
    assert stage(plant, lot, "10").station == plant.stations["10"]
    unstage(plant, lot)
    assert Unit.objects.get().station is None
    assert kinds(lot) == [("RECEIVE", ""), ("STAGE", "ST-30"), ("STAGE", "ST-10"), ("UNSTAGE", "ST-10")]


@pytest.mark.django_db
def test_a_lot_is_staged_on_its_last_day_and_not_on_the_next(plant):
    last = stage(plant, take_in(plant, expires=TODAY))
    assert last.station is not None
    plant.at(24 * 3600)
    with pytest.raises(Expired):
        stage(plant, last, "10")


@pytest.mark.django_db
def test_the_day_is_the_sites(plant):
    lot = take_in(plant, expires=date(2026, 11, 23))
    plant.at(15 * 3600)  # 23:01 UTC is tomorrow in Vienna
    with pytest.raises(Expired):
        stage(plant, lot)


@pytest.mark.django_db
def test_what_is_used_up_or_rejected_is_not_staged(plant):
    rejected = reject(plant, take_in(plant))
    with pytest.raises(NotUsable):
        stage(plant, rejected)


@pytest.mark.django_db
def test_twice_at_one_station_is_refused_and_so_is_taking_back_what_is_nowhere(plant):
    lot = stage(plant, take_in(plant))
    with pytest.raises(StagedHere):
        stage(plant, lot)
    unstage(plant, lot)
    with pytest.raises(NotStaged):
        unstage(plant, lot)


@pytest.mark.django_db
def test_a_station_that_is_not_in_use_is_refused(plant):
    with plant.door("hiroshi"):
        Station.objects.filter(pk=plant.stations["30"].pk).update(is_active=False)
    plant.stations["30"].refresh_from_db()
    with pytest.raises(InvalidInput):
        stage(plant, take_in(plant))


@pytest.mark.django_db
def test_who_may_not_stage_is_refused(plant):
    lot = take_in(plant)
    with pytest.raises(RoleMissing):
        stage(plant, lot, who="ruth")


@pytest.mark.django_db
def test_a_person_of_another_site_is_refused(plant):
    lot = take_in(plant)
    with plant.door("omar"):
        plant.people["amina"].site_access.all().delete()
    with pytest.raises(NotPermitted):
        stage(plant, lot)


def test_two_who_take_a_lot_back_at_once_do_it_once(committed_plant):
    lot = stage(committed_plant, take_in(committed_plant))
    answers = at_once(*[lambda: unstage(committed_plant, lot)] * 3)
    assert len(done(answers)) == 1
    assert all(isinstance(answer, Refusal) for answer in refused(answers)), answers


def test_a_lot_that_is_staged_twice_at_once_is_where_its_last_activity_says(committed_plant):
    lot = take_in(committed_plant)
    answers = at_once(*[lambda code=code: stage(committed_plant, lot, code) for code in ("10", "20", "30")])
    assert len(done(answers)) == 3
    last = Activity.objects.order_by("sequence").last()
    assert Unit.objects.get().station.code == last.station_code
