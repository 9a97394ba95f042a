"""With a compiled catalogue the office reads in its language what names, docstrings, triggers and machines say."""

import pytest
from django.urls import reverse
from django.utils import translation

from equipment.models import ConnectionLease
from mes.kernel.constraints import RuleOfTheRecord
from mes.kernel.door import open_door
from orders.models import Operation
from tests.api.conftest import api_as
from tests.languages import speak
from tests.machines import a_machine
from tests.station.pages import text

pytestmark = pytest.mark.django_db

GERMAN = {
    "name": "Name im Werk",
    "site": "Werk",
    "update": "ändern",
    "Predecessors done": "Vorgänger fertig",
    "A job is worked on at the station where it runs.": "Gearbeitet wird, wo der Auftrag läuft.",
    "{address} can't be reached: {error}.": "{address} ist nicht erreichbar: {error}.",
    "Nobody answers at this address and port: the machine is off, or another port is right.": "Niemand antwortet.",
    "It belongs to a revision that is frozen from its approval on: {operation} refused.": (
        "Es gehört zu einer freigegebenen Fassung: {operation} geht nicht."
    ),
    "Make a new revision and change that.": "Eine neue Fassung anlegen.",
    "“{text}” is no Modbus address. Write holding:100, input:3, coil:0, discrete:7, or holding:100.3 for a bit; "
    "numbers count from 0, so 40001 in a manual is holding:0. "
    "holding:100@7 is of device 7 behind a gateway.": "„{text}“ ist keine Modbus-Adresse.",
}


@pytest.fixture(autouse=True)
def german(tmp_path, settings) -> None:
    speak("de", GERMAN, tmp_path, settings)


@pytest.fixture
def page(client, plant):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de"

    def get(who: str, name: str, *args):
        client.force_login(plant.people[who])
        return text(client.get(reverse(name, args=args)))

    return get


def test_the_ledger_names_tables_columns_and_acts(plant, page):
    with plant.door("omar"):
        plant.site.name = "Northfield works"
        plant.site.save()
    shown = page("mei", "records")
    assert "ändern Werk" in shown
    assert "Name im Werk" in shown


def test_gates_say_what_they_are_called_and_what_they_ask(page):
    shown = page("hiroshi", "gates")
    assert "Vorgänger fertig" in shown
    assert "Gearbeitet wird, wo der Auftrag läuft." in shown


def test_what_a_collector_keeps_in_english_is_read_in_the_readers_language(plant, page):
    machine = a_machine(plant.stations["20"])["STATE"].connection
    ConnectionLease.objects.filter(connection=machine).update(
        state="LOST", detail="10.0.0.7:502 can't be reached: Connect call failed."
    )
    said = "10.0.0.7:502 ist nicht erreichbar: Connect call failed."
    assert said in page("hiroshi", "connection", plant.site.code, machine.code)
    api = api_as(plant, "hiroshi")
    answer = api.get(f"/connections/{plant.site.code}/{machine.code}", accept_language="de")
    assert answer.json()["detail"] == said


def test_a_wrong_address_is_refused_in_the_readers_language(plant):
    tag = a_machine(plant.stations["20"])["STATE"]
    tag.address = "40001"
    with translation.override("de"), pytest.raises(Exception, match="„40001“ ist keine Modbus-Adresse"):
        tag.clean()


def test_what_the_database_refuses_is_said_in_the_readers_language(plant):
    with translation.override("de"), pytest.raises(RuleOfTheRecord) as refused, open_door(person=None):
        Operation.objects.filter(routing_revision__status="RELEASED").update(name="Else")
    assert refused.value.what == "Es gehört zu einer freigegebenen Fassung: ändern geht nicht."
    assert refused.value.do == "Eine neue Fassung anlegen."
