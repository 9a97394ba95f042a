"""Registering a browser as a station; people logging on and off there."""

import pytest

from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import Refusal
from mes.station.actions import logons
from mes.station.actions.logons import DeviceRevoked
from mes.station.models import StationDevice, StationLogon
from mes.station.queries import active_logon, device_of_token
from tests.races.runners import at_once, refused


def register(plant, who="ines", code="10", **more) -> str:
    with plant.door(who) as passage:
        return logons.register_device(station=plant.stations[code], by=passage.person, at=passage.at, **more)


def browser(plant, **more) -> StationDevice:
    return device_of_token(register(plant, **more))


def log_on(plant, device, who):
    with plant.door(who) as passage:
        return logons.log_on(device=device, person=passage.person, at=passage.at)


def log_off(plant, device, who="amina"):
    with plant.door(who) as passage:
        logons.log_off(device=device, by=passage.person, at=passage.at)


def revoke(plant, device, who="ines"):
    with plant.door(who) as passage:
        return logons.revoke_device(device=device, by=passage.person, at=passage.at)


@pytest.mark.django_db
def test_a_registered_browser_is_the_station_and_its_token_is_stored_as_a_hash(plant):
    token = register(plant)
    assert device_of_token(token).station == plant.stations["10"]
    assert device_of_token(token + "x") is None
    assert token not in str(StationDevice.objects.values().get())


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["amina", "mei", "pavel"])
def test_who_may_not_register_is_refused(plant, who):
    with pytest.raises(RoleMissing):
        register(plant, who)


@pytest.mark.django_db
def test_who_logs_on_takes_the_place_of_who_was_there(plant):
    device = browser(plant)
    log_on(plant, device, "amina")
    log_on(plant, device, "tomasz")
    assert active_logon(device).person == plant.people["tomasz"]
    left = StationLogon.objects.get(person=plant.people["amina"])
    assert (left.logged_off_at, left.logged_off_by) == (plant.clock, plant.people["tomasz"])


@pytest.mark.django_db
def test_logging_on_twice_is_one_log_on(plant):
    device = browser(plant)
    assert log_on(plant, device, "amina") == log_on(plant, device, "amina")


@pytest.mark.django_db
def test_each_browser_of_a_station_has_its_own_person(plant):
    first, second = browser(plant), browser(plant)
    log_on(plant, first, "amina")
    assert active_logon(second) is None
    log_on(plant, second, "tomasz")
    log_off(plant, second, "tomasz")
    assert active_logon(first).person == plant.operator


@pytest.mark.django_db
def test_after_log_off_nobody_is_there(plant):
    device = browser(plant)
    log_on(plant, device, "amina")
    log_off(plant, device)
    assert active_logon(device) is None


@pytest.mark.django_db
def test_who_does_not_work_at_stations_is_refused(plant):
    with pytest.raises(RoleMissing):
        log_on(plant, browser(plant), "ruth")


@pytest.mark.django_db
def test_a_disabled_person_is_not_active(plant):
    device = browser(plant)
    log_on(plant, device, "amina")
    with plant.door("omar"):
        type(plant.operator).objects.filter(pk=plant.operator.pk).update(is_active=False)
    assert active_logon(device) is None


@pytest.mark.django_db
def test_a_revoked_browser_is_no_station_and_who_was_on_there_is_off(plant):
    token = register(plant)
    device = device_of_token(token)
    log_on(plant, device, "amina")
    revoked = revoke(plant, device)
    assert (revoked.revoked_at, revoked.revoked_by) == (plant.clock, plant.people["ines"])
    assert device_of_token(token) is None
    assert StationLogon.objects.get().logged_off_by == plant.people["ines"]
    for late in (lambda: log_on(plant, device, "amina"), lambda: revoke(plant, device)):
        with pytest.raises(DeviceRevoked):
            late()


@pytest.mark.django_db
def test_who_may_not_register_may_not_revoke(plant):
    device = browser(plant)
    with pytest.raises(RoleMissing):
        revoke(plant, device, "amina")
    assert StationDevice.objects.get().revoked_at is None


@pytest.mark.django_db
def test_a_browser_that_becomes_another_station_is_the_old_one_no_more(plant):
    old = browser(plant)
    log_on(plant, old, "amina")
    new = browser(plant, code="20", instead_of=old)
    assert (active_logon(old), active_logon(new)) == (None, None)
    assert StationDevice.objects.get(revoked_at=None) == new


def test_two_who_log_on_at_once_come_one_after_the_other(committed_plant):
    plant = committed_plant
    device = browser(plant)
    answers = at_once(*(lambda who=who: log_on(plant, device, who) for who in ("amina", "tomasz", "ines")))
    assert not refused(answers), answers
    assert StationLogon.objects.filter(logged_off_at=None).count() == 1


def test_who_logs_on_while_the_browser_is_revoked_is_not_left_on(committed_plant):
    plant = committed_plant
    device = browser(plant)
    answers = at_once(lambda: log_on(plant, device, "amina"), lambda: revoke(plant, device))
    assert all(isinstance(answer, DeviceRevoked) for answer in answers if isinstance(answer, Refusal)), answers
    assert not StationLogon.objects.filter(logged_off_at=None).exists()
