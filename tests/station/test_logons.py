"""Registering a browser as a station; people logging on and off there."""

from datetime import timedelta

import pytest

from mes.kernel.audit.models import AuditEvent
from mes.kernel.constraints import RuleOfTheRecord
from mes.kernel.personnel.actions.secrets import PersonLocked, SecretWrong
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import Refusal
from mes.station.actions import logons
from mes.station.actions.logons import WRONG_SECRETS, DeviceRevoked, LogOnLocked, NotActive
from mes.station.models import StationDevice, StationLogon
from mes.station.queries import device_of_token, logons_at
from tests.plant import NOW, PIN
from tests.presence import active_logon
from tests.races.runners import at_once, refused


def register(plant, who="ines", code="10", **more) -> str:
    with plant.door(who) as passage:
        return logons.register_device(station=plant.stations[code], by=passage.person, at=passage.at, **more)


def browser(plant, **more) -> StationDevice:
    return device_of_token(register(plant, **more))


def log_on(plant, device, who):
    with plant.door(who) as passage:
        return logons.log_on(device=device, person=passage.person, at=passage.at)


def log_off(plant, device, who="amina", **more):
    with plant.door(who) as passage:
        logons.log_off(device=device, by=passage.person, at=passage.at, **more)


def on_at(device) -> list[str]:
    return [logon.person.username for logon in logons_at(device)]


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
def test_who_logs_on_becomes_active_and_who_was_there_stays_on(plant):
    device = browser(plant)
    log_on(plant, device, "amina")
    log_on(plant, device, "tomasz")
    assert active_logon(device).person == plant.people["tomasz"]
    assert on_at(device) == ["amina", "tomasz"]


@pytest.mark.django_db
def test_who_is_on_becomes_active_again_on_the_same_log_on(plant):
    device = browser(plant)
    first = log_on(plant, device, "amina")
    log_on(plant, device, "tomasz")
    again = log_on(plant, device, "amina")
    assert (again, again.is_active, again.confirmed_at) == (first, True, plant.clock)
    assert active_logon(device) == first
    assert on_at(device) == ["amina", "tomasz"]


@pytest.mark.django_db
def test_one_who_is_on_can_be_logged_off_beside_the_active_one(plant):
    device = browser(plant)
    log_on(plant, device, "amina")
    log_on(plant, device, "tomasz")
    log_off(plant, device, "tomasz", person=plant.people["amina"])
    assert on_at(device) == ["tomasz"]
    left = StationLogon.objects.get(person=plant.people["amina"])
    assert (left.logged_off_at, left.logged_off_by) == (plant.clock, plant.people["tomasz"])
    assert active_logon(device).person == plant.people["tomasz"]


@pytest.mark.django_db
def test_when_the_active_one_goes_nobody_is_active_until_somebody_gives_a_pin(plant):
    device = browser(plant)
    log_on(plant, device, "amina")
    log_on(plant, device, "tomasz")
    log_off(plant, device, "tomasz")
    assert active_logon(device) is None
    assert on_at(device) == ["amina"]


@pytest.mark.django_db
def test_of_too_many_people_the_one_who_did_nothing_for_longest_is_logged_off(plant, monkeypatch):
    monkeypatch.setattr(logons, "MOST_ON", 2)
    device = browser(plant)
    log_on(plant, device, "amina")
    log_on(plant, device, "tomasz")
    logons.note_act(logon=StationLogon.objects.get(person=plant.operator), at=plant.at(3600))
    log_on(plant, device, "ines")
    assert on_at(device) == ["amina", "ines"]
    assert StationLogon.objects.get(person=plant.people["tomasz"]).logged_off_by == plant.people["ines"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"is_active": True}, "Somebody else logged on here"),
        ({"logged_off_at": NOW}, "A log-off says who did it"),
        ({"person": "tomasz"}, "on here already"),
    ],
)
def test_the_database_holds_one_active_and_each_once(plant, change, sentence):
    device = browser(plant)
    log_on(plant, device, "tomasz")
    log_on(plant, device, "ines")
    passive = log_on(plant, device, "amina")
    log_on(plant, device, "ines")
    change = {name: plant.people[value] if name == "person" else value for name, value in change.items()}
    with pytest.raises(RuleOfTheRecord, match=sentence), plant.door("amina"):
        StationLogon.objects.filter(pk=passive.pk).update(**change)


@pytest.mark.django_db
def test_a_person_is_logged_off_everywhere(plant):
    first, second = browser(plant), browser(plant, code="20")
    for device in (first, second):
        log_on(plant, device, "amina")
        log_on(plant, device, "tomasz")
    with plant.door("omar") as passage:
        count = logons.log_off_everywhere(person=plant.people["amina"], by=passage.person, at=passage.at)
    assert (count, on_at(first), on_at(second)) == (2, ["tomasz"], ["tomasz"])


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
    assert StationLogon.objects.filter(is_active=True).count() == 1
    assert StationLogon.objects.filter(logged_off_at=None).count() == 3


def test_two_who_switch_at_once_leave_one_active(committed_plant):
    plant = committed_plant
    device = browser(plant)
    for who in ("amina", "tomasz", "ines"):
        log_on(plant, device, who)
    for _ in range(3):
        answers = at_once(*(lambda who=who: log_on(plant, device, who) for who in ("amina", "tomasz") * 2))
        assert not refused(answers), answers
        assert StationLogon.objects.filter(is_active=True).count() == 1
    assert StationLogon.objects.filter(logged_off_at=None).count() == 3


def test_who_becomes_active_while_being_logged_off_is_active_or_off(committed_plant):
    plant = committed_plant
    device = browser(plant)
    for _ in range(5):
        log_on(plant, device, "amina")
        log_on(plant, device, "tomasz")
        answers = at_once(
            lambda: log_on(plant, device, "amina"),
            lambda: log_off(plant, device, "tomasz", person=plant.people["amina"]),
        )
        assert not refused(answers), answers
        assert all(logon.is_active for logon in logons_at(device) if logon.person == plant.people["amina"])


def test_who_logs_on_while_the_browser_is_revoked_is_not_left_on(committed_plant):
    plant = committed_plant
    device = browser(plant)
    answers = at_once(lambda: log_on(plant, device, "amina"), lambda: revoke(plant, device))
    assert all(isinstance(answer, DeviceRevoked) for answer in answers if isinstance(answer, Refusal)), answers
    assert not StationLogon.objects.filter(logged_off_at=None).exists()


def fail(device, who, times=1, at=NOW):
    """Wrong PINs of a person at the browser; what each was answered with."""
    answers = []
    for _ in range(times):
        with pytest.raises(Refusal) as refused:
            logons.confirm_pin_at(
                device=StationDevice.objects.select_related("station").get(pk=device.pk),
                person=Person.objects.get(username=who),
                pin="0000",
                at=at,
            )
        answers.append(type(refused.value))
    return answers


@pytest.mark.django_db
def test_too_many_wrong_pins_of_whomever_lock_the_browsers_log_on_and_no_other(plant):
    device, other = browser(plant), browser(plant)
    assert fail(device, "amina", 5) + fail(device, "tomasz", 5) == [SecretWrong] * WRONG_SECRETS
    assert fail(device, "ines") == [LogOnLocked]
    device.refresh_from_db()
    assert device.locked_until == NOW + logons.LOCKED_FOR
    with pytest.raises(LogOnLocked, match="let a supervisor open Stations"):
        logons.confirm_pin_at(device=device, person=plant.people["ines"], pin=PIN, at=NOW)
    assert logons.confirm_pin_at(device=other, person=plant.people["ines"], pin=PIN, at=NOW)
    with pytest.raises(LogOnLocked), plant.door("ines"):
        logons.log_on(device=device, person=plant.people["ines"], at=NOW)


@pytest.mark.django_db
def test_a_browsers_lock_and_each_wrong_pin_are_on_record(plant):
    device = browser(plant)
    fail(device, "amina")
    event = AuditEvent.objects.filter(table_name="station_stationdevice").latest("sequence")
    assert (event.reason, event.station, event.new["wrong_secrets"]) == ("Wrong secret entered", "ST-10", 1)


@pytest.mark.django_db
def test_wrong_pins_are_forgotten_with_time_and_not_with_a_right_one(plant):
    device = browser(plant)
    fail(device, "amina", 4)
    logons.confirm_pin_at(device=device, person=plant.people["tomasz"], pin=PIN, at=NOW)
    device.refresh_from_db()
    assert device.wrong_secrets == 4
    fail(device, "tomasz", 1, at=NOW + logons.WRONG_WITHIN + timedelta(seconds=1))
    device.refresh_from_db()
    assert device.wrong_secrets == 1


@pytest.mark.django_db
def test_a_locked_person_costs_the_browser_nothing(plant):
    device = browser(plant)
    fail(device, "amina", 5)
    assert fail(device, "amina") == [PersonLocked]
    device.refresh_from_db()
    assert device.wrong_secrets == 5


@pytest.mark.django_db
def test_a_supervisor_unlocks_a_browser_and_an_operator_does_not(plant):
    device = browser(plant)
    fail(device, "amina", 5), fail(device, "tomasz", 5)
    with pytest.raises(RoleMissing), plant.door("amina") as passage:
        logons.unlock_device(device=device, by=passage.person, at=passage.at)
    with plant.door("ines") as passage:
        logons.unlock_device(device=device, by=passage.person, at=passage.at)
    assert fail(device, "ines") == [SecretWrong]


def test_of_many_wrong_pins_at_once_a_browser_judges_as_many_as_are_allowed(committed_plant, monkeypatch):
    monkeypatch.setattr(logons, "WRONG_SECRETS", 3)
    plant = committed_plant
    device = browser(plant)
    people = [plant.people[who] for who in ("amina", "tomasz", "ines", "mei", "hiroshi", "pavel")]
    answers = at_once(
        *(lambda who=who: logons.confirm_pin_at(device=device, person=who, pin="0000", at=NOW) for who in people)
    )
    assert [type(answer) for answer in answers].count(SecretWrong) == 3
    assert [type(answer) for answer in answers].count(LogOnLocked) == 3


def resume(plant, device, who):
    with plant.door(who) as passage:
        return logons.resume(device=device, person=passage.person, at=passage.at)


def test_who_unlocks_while_another_becomes_active_is_told_so_or_was_first(committed_plant):
    plant = committed_plant
    device = browser(plant)
    for _ in range(5):
        log_on(plant, device, "amina")
        answers = at_once(lambda: resume(plant, device, "amina"), lambda: log_on(plant, device, "tomasz"))
        assert {type(answer) for answer in refused(answers)} <= {NotActive}
        assert active_logon(device).person == plant.people["tomasz"]


@pytest.mark.django_db
def test_who_is_passive_or_disabled_unlocks_nothing(plant):
    device = browser(plant)
    log_on(plant, device, "amina")
    log_on(plant, device, "tomasz")
    with pytest.raises(NotActive):
        resume(plant, device, "amina")
    Person.objects.filter(username="ines").update(is_active=False)
    with pytest.raises(RoleMissing):
        log_on(plant, device, "ines")
