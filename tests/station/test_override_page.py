"""Passing a gate at a station: the band offers it, a page asks for reason and supervisor or permit."""

import html
import re

import pytest

from tests.holds import place
from tests.permits import LIMITS, YOURS, grant
from tests.plant import PIN
from tests.station.pages import StationPage, accepted, is_refused, text
from wip.models import ProcessException

pytestmark = pytest.mark.django_db


def offered(response) -> dict[str, str]:
    """The hidden fields of the band's Override form."""
    form = re.search(r'action="/station/override/".*?</form>', response.content.decode(), re.DOTALL)
    assert form, text(response)
    found = re.findall(r'name="(to|asked|secrets|blockers)" value="([^"]*)"', form[0])
    return {name: html.unescape(value) for name, value in found}


def hidden(response) -> dict[str, str]:
    """What the override page sends again, by name."""
    found = re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', response.content.decode())
    return {
        name: html.unescape(value) for name, value in found if name not in ("csrfmiddlewaretoken", "idempotency_key")
    }


@pytest.fixture
def others_job(plant):
    """A job of Tomasz at the station where Amina is on."""
    unit = plant.unit()
    plant.start(unit, "10", "tomasz")
    page = StationPage(plant, "10")
    page.log_on()
    return page, unit


def test_a_supervisor_lets_a_refused_entry_through(plant, others_job):
    page, unit = others_job
    work = f"work/{unit.executions.get().pk}/"
    refused = page.record(work, "FIRMWARE", "4.2")
    assert is_refused(refused)
    asked = page.post("override/", **offered(refused))
    assert "Tomasz Nowak has" in text(asked)
    again = hidden(asked)
    assert (again["value"], again["override_gate"]) == ("4.2", YOURS)
    sent = again | {"override_reason": "Tomasz is at lunch", "override_badge": "B-0453"}
    assert is_refused(page.post(f"{work}record/", **sent, override_pin="0000"), 403)
    assert is_refused(page.post(f"{work}record/", **sent | {"override_badge": "B-0452"}, override_pin=PIN), 403)
    passed = page.post(f"{work}record/", **sent, override_pin=PIN)
    assert passed.status_code == 200, text(passed)
    kept = ProcessException.objects.get()
    assert (kept.approved_by, kept.by) == (plant.people["ines"], plant.operator)


def test_a_signed_completion_is_signed_again_and_passes_under_a_permit(plant):
    unit = plant.do(plant.unit(), "10", "20", "30")
    page = StationPage(plant, "40")
    page.log_on()
    work = page.start(unit)
    page.record(work, "LEAK", "0.45")
    shown = page.get(work).content.decode()
    digest = re.search(r'name="digest" value="([0-9a-f]+)"', shown)[1]
    signed = {"meaning": "PERFORMED", "digest": digest}
    refused = page.post(f"{work}complete/", pin=PIN, **signed)
    fields = offered(refused)
    assert PIN not in fields["asked"]
    asked = page.post("override/", **fields)
    assert "PIN again" in text(asked)
    permit = grant(plant)
    again = hidden(asked) | {"override_reason": "Customer accepts", "override_permit": str(permit).lower(), "pin": PIN}
    assert again["override_gate"] == LIMITS
    ended = page.post(f"{work}complete/", **again)
    assert "completed" in accepted(ended)
    assert unit.executions.get(operation_code="40").is_passed is False


def test_what_nobody_may_pass_is_not_offered(plant, others_job):
    page, unit = others_job
    place(plant, unit=unit)
    refused = page.record(f"work/{unit.executions.get().pk}/", "FIRMWARE", "4.2")
    assert is_refused(refused)
    assert b"station/override" not in refused.content


def test_a_blocked_card_is_started_under_a_permit(plant):
    unit = plant.do(plant.unit(), "10")
    page = StationPage(plant, "30")
    page.log_on()
    refused = page.client.get(f"/station/why/?unit={unit}&operation=30", headers={"HX-Request": "true"})
    fields = offered(refused)
    assert fields["to"] == "/station/start/"
    permit = grant(plant, "wip.gates.predecessors_done")
    again = hidden(page.post("override/", **fields)) | {"override_reason": "Drive follows", "override_permit": permit}
    assert page.post("start/", **again).status_code == 200
    assert ProcessException.objects.get().permit == permit


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": "/orders/"},
        {"to": "/station/override/"},
        {"to": "https://elsewhere.example/"},
        {"asked": "{"},
        {"asked": "[1]"},
        {"blockers": "[]"},
        {"blockers": '[["wip.gates.no_open_hold", "x"]]'},
        {"blockers": "7"},
    ],
)
def test_what_is_not_of_a_refused_act_is_refused(others_job, wrong):
    page, _ = others_job
    fields = {"to": "/station/start/", "asked": "[]", "secrets": "[]", "blockers": f'[["{YOURS}", "x"]]'}
    assert page.post("override/", **fields).status_code == 200
    assert page.post("override/", **fields | wrong).status_code == 422
