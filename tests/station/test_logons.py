"""Registering a browser as a station; people logging on and off there."""

import pytest

from mes.kernel.personnel.policies import RoleMissing
from mes.station.actions import logons
from mes.station.models import StationDevice, StationLogon
from mes.station.queries import active_logon, station_of_token
from tests.races.runners import at_once, refused


def register(plant, who="ines"):
    with plant.door(who) as passage:
        return logons.register_device(station=plant.stations["10"], by=passage.person, at=passage.at)


def log_on(plant, who):
    with plant.door(who) as passage:
        return logons.log_on(station=plant.stations["10"], person=passage.person, at=passage.at)


@pytest.mark.django_db
def test_a_registered_browser_is_the_station_and_its_token_is_stored_as_a_hash(plant):
    token = register(plant)
    assert station_of_token(token) == plant.stations["10"]
    assert station_of_token(token + "x") is None
    assert token not in str(StationDevice.objects.values().get())


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["amina", "mei", "pavel"])
def test_who_may_not_register_is_refused(plant, who):
    with pytest.raises(RoleMissing):
        register(plant, who)


@pytest.mark.django_db
def test_who_logs_on_takes_the_place_of_who_was_there(plant):
    log_on(plant, "amina")
    log_on(plant, "tomasz")
    assert active_logon(plant.stations["10"]).person == plant.people["tomasz"]
    left = StationLogon.objects.get(person=plant.people["amina"])
    assert (left.logged_off_at, left.logged_off_by) == (plant.clock, plant.people["tomasz"])


@pytest.mark.django_db
def test_logging_on_twice_is_one_log_on(plant):
    assert log_on(plant, "amina") == log_on(plant, "amina")


@pytest.mark.django_db
def test_after_log_off_nobody_is_there(plant):
    log_on(plant, "amina")
    with plant.door("amina") as passage:
        logons.log_off(station=plant.stations["10"], by=passage.person, at=passage.at)
    assert active_logon(plant.stations["10"]) is None


@pytest.mark.django_db
def test_who_does_not_work_at_stations_is_refused(plant):
    with pytest.raises(RoleMissing):
        log_on(plant, "ruth")


@pytest.mark.django_db
def test_a_disabled_person_is_not_active(plant):
    log_on(plant, "amina")
    with plant.door("omar"):
        type(plant.operator).objects.filter(pk=plant.operator.pk).update(is_active=False)
    assert active_logon(plant.stations["10"]) is None


def test_two_who_log_on_at_once_come_one_after_the_other(committed_plant):
    plant = committed_plant
    answers = at_once(*(lambda who=who: log_on(plant, who) for who in ("amina", "tomasz", "ines")))
    assert not refused(answers), answers
    assert StationLogon.objects.filter(logged_off_at=None).count() == 1
