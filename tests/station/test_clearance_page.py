"""Clearing the line at the station: from the refused start to the signed checklist."""

import re
from datetime import timedelta

import pytest
import time_machine

from mes.kernel.audit.models import Signature
from tests.material import CHECKLIST, checklist, line
from tests.plant import NOW, PIN
from tests.station.pages import StationPage, accepted, is_refused, text
from wip.models import LineClearance

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(plant):
    """Amina at ST-20, where a valve of WO-1 waits, on the plant's day."""
    checklist(plant)
    valves = line(plant, "VALVE", is_cleared=True)
    with time_machine.travel(NOW + timedelta(hours=1)):
        station = StationPage(plant, "20")
        station.unit = valves.order("WO-1")[0]
        station.log_on()
        yield station


def sign(page, **more):
    shown = page.get(f"clearance/?unit={page.unit}").content.decode()
    digest = re.search(r'name="digest" value="(\w+)"', shown)[1]
    return page.post("clearance/", **{"unit": page.unit, "digest": digest, "pin": PIN, "ticked": [1, 2, 3]} | more)


def test_why_a_start_is_refused_leads_to_the_checklist(page):
    refused = page.post("start/", unit=page.unit, operation="20")
    assert is_refused(refused)
    assert f'href="/station/clearance/?unit={page.unit}"' in refused.content.decode()
    shown = text(page.get(f"clearance/?unit={page.unit}"))
    assert "Clear the line for WO-1." in shown
    assert all(words in shown for words in CHECKLIST)


def test_a_signed_checklist_lets_work_begin(plant, page):
    assert accepted(sign(page)) == "ST-20 cleared for WO-1"
    assert Signature.objects.get(record_table="wip_lineclearance").signed_by == plant.operator
    page.start(page.unit, "20")


def test_a_repeated_press_clears_once(page):
    key = "0b3a1f9e-5b0c-4c35-9d61-1f6f3e6f3f11"
    assert [accepted(sign(page, key=key)) for _ in "12"] == ["ST-20 cleared for WO-1"] * 2
    assert LineClearance.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "status", "said"),
    [
        ({"ticked": [1, 3]}, 422, "Not ticked: No labels of the order before"),
        ({"ticked": None}, 422, "Not ticked"),
        ({"ticked": ["x"]}, 422, "Ticked"),
        ({"pin": "0000"}, 403, "not right"),
        ({"digest": "0" * 64}, 409, "is not what is recorded now"),
        ({"unit": "NOBODY"}, 404, "is not known"),
    ],
)
def test_what_is_not_right_is_refused_and_nothing_is_cleared(page, wrong, status, said):
    answer = sign(page, **wrong)
    assert is_refused(answer, status)
    assert said in text(answer)
    assert not LineClearance.objects.exists()


def test_the_page_says_what_was_here_since(plant, page):
    sign(page)
    unit = plant.unit()
    plant.start(unit, "20", "tomasz")
    assert f"There since {unit.work_order}" in text(page.get(f"clearance/?unit={page.unit}"))


def test_a_page_for_no_unit_or_one_that_is_not_made_here_is_a_refusal(plant, page):
    assert page.get("clearance/").status_code == 422
    plant.receive(plant.board, "PCB-1")
    assert page.get("clearance/?unit=PCB-1").status_code == 409
