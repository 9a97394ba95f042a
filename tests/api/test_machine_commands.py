"""Writing to machines, and booking again what was refused, over REST."""

import pytest

from equipment.models import Connection, MachineCommand
from mes.kernel.audit.models import Signature
from mes.station.tasks import book_machine_events
from tests.api.conftest import api_as
from tests.interlock_floor import answer, interlocked
from tests.lots import lot_line
from tests.machine_floor import counter, happens, press, value
from tests.plant import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(plant):
    connection = press(plant)
    value(connection, plant.stations["10"], "SPEED", is_writable=True, write_low=0, write_high=100)
    return connection


def asked(**more):
    return {"connection": "PRESS", "lines": [{"tag": "SPEED", "value": 40.5}], "reason": "New batch"} | more


def test_a_command_is_asked_for_seen_and_taken_back(plant, connection):
    api = api_as(plant, "ines")
    answer = api.post("/machine-commands", asked())
    assert answer.status_code == 201, answer.content
    command = answer.json()
    assert (command["status"], command["lines"], command["station"]) == (
        "QUEUED",
        [{"tag": "SPEED", "value": 40.5}],
        "ST-10",
    )
    assert api.get(f"/machine-commands/{command['id']}").json() == command
    assert api.post(f"/machine-commands/{command['id']}/cancel", {}).json()["status"] == "CANCELLED"


def test_out_of_its_bounds_is_named(plant, connection):
    answer = api_as(plant, "ines").post("/machine-commands", asked(lines=[{"tag": "SPEED", "value": 101}]))
    assert (answer.status_code, answer.json()["title"]) == (422, "SPEED: 101 is not within its bounds.")
    assert not MachineCommand.objects.exists()


def signs(plant, **more):
    """A request whose tag asks for a signature, with one."""
    value(Connection.objects.get(), plant.stations["10"], "HEAT", is_writable=True, needs_signature=True)
    signature = {"meaning": "APPROVED", "secret": PASSWORD} | more
    return asked(lines=[{"tag": "HEAT", "value": 930}], signature=signature)


def test_what_asks_for_a_signature_is_signed_once_for_a_repeated_request(plant, connection):
    api, body = api_as(plant, "ines"), signs(plant)
    first, again = (api.post("/machine-commands", body, idempotency_key="w-1") for _ in range(2))
    assert first.status_code == 201, first.content
    signature = first.json()["signature"]
    assert (signature["signed_by"], signature["meaning"]) == ("ines", "APPROVED")
    assert again.json() == first.json() == api.get(f"/machine-commands/{first.json()['id']}").json()
    assert Signature.objects.get(record_table="equipment_machinecommand").shown_digest == signature["digest"]


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"secret": "not this one"}, 403, "SECRET_WRONG"),
        ({"meaning": "PERFORMED"}, 409, "SIGNATURE_REFUSED"),
        ({"digest": "0" * 64}, 409, "SIGNATURE_VOID"),
    ],
)
def test_a_signature_that_does_not_fit_is_refused(plant, connection, wrong, status, code):
    refused = api_as(plant, "ines").post("/machine-commands", signs(plant, **wrong))
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert not MachineCommand.objects.exists()


def test_a_missing_signature_is_said_and_wrong_secrets_lock_the_person(plant, connection):
    api, body = api_as(plant, "ines"), signs(plant)
    missing = api.post("/machine-commands", {name: body[name] for name in body if name != "signature"})
    assert (missing.status_code, missing.json()["code"]) == (422, "SIGNATURE_MISSING")
    wrong = body | {"signature": body["signature"] | {"secret": "no"}}
    codes = [api.post("/machine-commands", wrong).json()["code"] for _ in range(6)]
    assert codes == [*["SECRET_WRONG"] * 5, "PERSON_LOCKED"]
    assert api.post("/machine-commands", body).json()["code"] == "PERSON_LOCKED"
    assert not MachineCommand.objects.exists()


def test_an_unknown_connection_and_an_unknown_command_are_not_found(plant):
    api = api_as(plant, "ines")
    assert api.post("/machine-commands", asked(connection="NONE")).status_code == 404
    assert api.get("/machine-commands/none").status_code == 404


def test_an_event_that_was_refused_is_booked_again(plant, connection, monkeypatch):
    monkeypatch.setattr("mes.station.tasks.timezone.now", lambda: plant.at(0))
    event = happens(plant, counter(connection, plant.stations["10"]), quantity=4)
    book_machine_events()
    api = api_as(plant, "ines")
    again = api.post(f"/machine-events/{event.pk}/book", {})
    assert (again.status_code, again.json()["title"]) == (409, "Nothing runs at ST-10.")
    line = lot_line(plant, quantity=50)
    booked = api.post(f"/machine-events/{event.pk}/book", {})
    assert (booked.status_code, booked.json()["result"]) == (200, "BOOKED"), booked.content
    assert line.execution().quantity_good == 4
    assert api.post("/machine-events/0/book", {}).status_code == 404


def test_a_machine_is_prepared_once_for_a_repeated_request_and_its_command_seen(plant):
    interlocked(plant)
    unit, api = plant.unit(), api_as(plant, "amina")
    body = {"station": "ST-20", "operation": "20", "units": [unit.serial]}
    first, again = (api.post("/machine-preparations", body, idempotency_key="p-1") for _ in range(2))
    assert first.status_code == 201, first.content
    assert first.json() == again.json()
    command = first.json()
    assert (command["purpose"], command["status"], command["subject"]) == ("PREPARE", "QUEUED", f"{unit}, 20")
    assert MachineCommand.objects.count() == 1
    refused = api.post(f"/units/{unit}/operations/20/start", {"station": "ST-20"})
    assert (refused.status_code, refused.json()["code"]) == (409, "MACHINE_NOT_PREPARED")
    answer(plant, MachineCommand.objects.get(), detail="")
    assert api_as(plant, "ruth").get(f"/machine-commands/{command['id']}").json()["status"] == "VERIFIED"


def test_where_there_is_nothing_to_prepare_it_is_refused(plant):
    unit = plant.unit()
    body = {"station": "ST-20", "operation": "20", "units": [unit.serial]}
    assert api_as(plant, "amina").post("/machine-preparations", body).json()["code"] == "NO_INTERLOCK"
    assert api_as(plant, "pavel").post("/machine-preparations", body).status_code == 403
