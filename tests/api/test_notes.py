"""Notes for whoever comes next, instructions that are read, and the browsers that are stations, over REST."""

from datetime import timedelta
from uuid import uuid4

import pytest

from mes.station.models import StationDevice
from orders.models import Instruction, InstructionConfirmation, InstructionRevision
from tests.api.conftest import api_as
from tests.kinds import kinds_line
from tests.station.pages import StationPage
from wip.models import HandoverNote

pytestmark = pytest.mark.django_db
NOTE = {"station": "ST-30", "note": "The left clamp sticks"}


def test_a_note_is_left_read_and_taken_once(plant, api):
    made, again = (api.post("/handover-notes", NOTE, idempotency_key="n-1") for _ in range(2))
    assert (made.status_code, made.json()) == (201, again.json())
    assert (made.json()["written_by"], made.json()["unit"]) == ("amina", None)
    tomasz = api_as(plant, "tomasz")
    (found,) = tomasz.get("/handover-notes?station=st-30").json()["results"]
    taken = tomasz.post(f"/handover-notes/{found['id']}/take")
    assert (taken.status_code, taken.json()["taken_by"]) == (200, "tomasz")
    assert tomasz.post(f"/handover-notes/{found['id']}/take").json()["code"] == "NOTE_TAKEN"
    assert api.get("/handover-notes").json()["results"] == []
    assert len(api.get("/handover-notes?taken=true").json()["results"]) == 1
    assert HandoverNote.objects.count() == 1


def test_a_note_of_a_job_names_its_unit(plant, api):
    unit = plant.unit()
    plant.start(unit, "10")
    api.post(f"/units/{unit.serial}/operations/10/hand-over", {"station": "ST-10", "note": "Half done"})
    (found,) = api.get("/handover-notes").json()["results"]
    assert (found["unit"], found["operation"], found["note"]) == (unit.serial, "10", "Half done")


def test_a_note_that_is_wrong_or_elsewhere_is_refused(plant, api):
    refused = api.post("/handover-notes", NOTE | {"station": "ST-99"})
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "station")
    assert api.post("/handover-notes", NOTE | {"note": " "}).status_code == 422
    assert api.post(f"/handover-notes/{uuid4()}/take").status_code == 404
    assert api_as(plant, "pavel").post("/handover-notes", NOTE).status_code == 403
    made = api.post("/handover-notes", NOTE).json()
    with plant.door("omar"):
        plant.people["tomasz"].site_access.update(site=plant.elsewhere)
    tomasz = api_as(plant, "tomasz")
    assert tomasz.get("/handover-notes").json()["results"] == []
    assert tomasz.post(f"/handover-notes/{made['id']}/take").status_code == 404


@pytest.fixture
def line(plant):
    """The valve's operation asks for an instruction to be read: Amina has not."""
    with plant.door("hiroshi"):
        instruction = Instruction.objects.create(code="WI-7", name="Seat the valve")
        revision = InstructionRevision.objects.create(instruction=instruction, number=1, body="Turn it twice.")
    plant.approve_and_release(revision)
    return kinds_line(plant, start=False, instruction=instruction)


def test_a_start_that_waits_for_an_instruction_names_it_and_goes_on_once_it_is_read(api, line):
    start = f"/units/{line.serial}/operations/10/start"
    (blocker,) = api.post(start, {"station": "ST-10"}).json()["blockers"]
    key = blocker["evidence"]["id"]
    shown = api.get(f"/instructions/{key}").json()
    assert (shown["instruction"], shown["body"], shown["confirmed_at"]) == ("WI-7", "Turn it twice.", None)
    first, again = (api.post(f"/instructions/{key}/confirm", idempotency_key="i-1") for _ in range(2))
    assert first.json() == again.json()
    assert first.json()["confirmed_at"]
    assert api.post(f"/instructions/{key}/confirm").json() == first.json()  # once is enough
    assert InstructionConfirmation.objects.count() == 1
    assert api.post(start, {"station": "ST-10"}).status_code == 200


def test_what_nobody_works_by_is_not_read(plant, api):
    with plant.door("hiroshi"):
        instruction = Instruction.objects.create(code="WI-8", name="Later")
        draft = InstructionRevision.objects.create(instruction=instruction, number=1, body="Not yet")
    assert api.get(f"/instructions/{draft.pk}").status_code == 404
    assert api.post(f"/instructions/{draft.pk}/confirm").status_code == 404
    assert api_as(plant, "pavel").post(f"/instructions/{draft.pk}/confirm").status_code == 403


def test_a_browser_that_is_locked_is_listed_unlocked_and_removed(plant):
    device, ines = StationPage(plant, "30").device, api_as(plant, "ines")
    StationDevice.objects.filter(pk=device.pk).update(locked_until=plant.at() + timedelta(days=36500))
    (found,) = ines.get("/station-browsers?station=ST-30").json()["results"]
    assert (found["is_locked"], found["registered_by"]) == (True, "ines")
    unlocked = ines.post(f"/station-browsers/{device.pk}/unlock", idempotency_key="b-1")
    assert (unlocked.status_code, unlocked.json()["is_locked"]) == (200, False)
    removed = ines.post(f"/station-browsers/{device.pk}/remove")
    assert (removed.status_code, removed.json()["revoked_by"]) == (200, "ines")
    assert ines.post(f"/station-browsers/{device.pk}/remove").json()["code"] == "DEVICE_REVOKED"
    assert ines.get("/station-browsers").json()["results"] == []


def test_a_browser_is_the_supervisors_and_of_their_site(plant, api):
    device = StationPage(plant, "30").device
    assert api.post(f"/station-browsers/{device.pk}/unlock").status_code == 403
    with plant.door("omar"):
        plant.people["ines"].site_access.update(site=plant.elsewhere)
    assert api_as(plant, "ines").post(f"/station-browsers/{device.pk}/unlock").status_code == 404
