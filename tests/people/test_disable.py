"""Disabling a person reaches everywhere at once; nobody is deleted or renamed."""

import pytest
from django.db import Error, connection, transaction

from mes.kernel.constraints import RuleOfTheRecord
from mes.kernel.personnel.actions import people
from mes.kernel.personnel.actions.people import PersonDisabled, PersonEnabled
from mes.kernel.personnel.models import ApiToken, Person
from mes.kernel.personnel.policies import NotYourself, RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.people.actions.people import disable
from mes.station.models import StationLogon
from tests.api.conftest import api_as
from tests.plant import PASSWORD, PIN
from tests.races.runners import at_once, done, refused
from tests.station.pages import StationPage, is_refused


def turn_off(plant, who="amina", by="omar", reason="Left the plant"):
    with plant.door(by, reason=reason) as passage:
        return disable(person=plant.people[who], reason=reason, by=passage.person, at=passage.at)


def turn_on(plant, who="amina", by="omar", reason="Came back"):
    with plant.door(by, reason=reason) as passage:
        return people.enable(person=plant.people[who], reason=reason, by=passage.person)


@pytest.mark.django_db
def test_a_disabled_person_is_refused_by_every_door_at_once(plant, client):
    page, api = StationPage(plant), api_as(plant, "amina")
    page.log_on()
    client.force_login(plant.operator)
    assert (client.get("/").status_code, api.get("/units").status_code) == (200, 200)
    turn_off(plant)
    assert client.get("/").status_code == 302
    assert api.get("/units").status_code == 401
    assert page.get()["Location"] == "/station/log-on/"
    assert is_refused(page.log_on(), 404)
    login = client.post("/login/", {"username": "amina", "password": PASSWORD})
    assert "is not right" in login.content.decode()


@pytest.mark.django_db
def test_what_was_ended_stays_ended_when_the_person_is_enabled_again(plant, client):
    page, api = StationPage(plant), api_as(plant, "amina")
    page.log_on()
    turn_off(plant)
    turn_on(plant)
    assert api.get("/units").status_code == 401
    assert page.get()["Location"] == "/station/log-on/"
    logon = StationLogon.objects.get()
    assert (logon.logged_off_by, ApiToken.objects.get().revoked_by) == (plant.people["omar"], plant.people["omar"])
    assert page.log_on(pin=PIN).status_code == 200


@pytest.mark.django_db
def test_who_else_is_on_there_stays_on(plant):
    page = StationPage(plant)
    page.log_on("tomasz")
    page.log_on("amina")
    turn_off(plant)
    assert StationLogon.objects.get(logged_off_at=None).person == plant.people["tomasz"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"by": "ines"}, RoleMissing),
        ({"who": "omar"}, NotYourself),
        ({"reason": " "}, InvalidInput),
        ({"reason": "x" * 201}, InvalidInput),
    ],
)
def test_it_takes_another_administrator_and_a_reason(plant, given, refusal):
    with pytest.raises(refusal):
        turn_off(plant, **given)
    assert Person.objects.filter(is_active=False).count() == 0


@pytest.mark.django_db
def test_twice_is_refused(plant):
    turn_off(plant)
    with pytest.raises(PersonDisabled):
        turn_off(plant)
    turn_on(plant)
    with pytest.raises(PersonEnabled):
        turn_on(plant)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["somebody", "Amina"])
def test_a_user_name_is_a_persons_for_good(plant, name):
    with pytest.raises(RuleOfTheRecord, match="known by their username for good"), plant.door("omar"):
        Person.objects.filter(username="amina").update(username=name)


@pytest.mark.django_db
def test_a_person_is_never_deleted(plant):
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM personnel_person WHERE username = 'erp'")


def test_who_logs_on_while_being_disabled_is_not_left_on(committed_plant):
    plant = committed_plant
    page = StationPage(plant)
    for _ in range(3):
        at_once(lambda: page.log_on(), lambda: turn_off(plant))
        assert not StationLogon.objects.filter(logged_off_at=None).exists()
        turn_on(plant)


def test_two_who_disable_at_once_do_it_once(committed_plant):
    answers = at_once(*[lambda: turn_off(committed_plant)] * 3)
    assert len(done(answers)) == 1
    assert {type(answer) for answer in refused(answers)} == {PersonDisabled}
