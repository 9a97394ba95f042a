"""Sending a unit back from the work page."""

import pytest

from tests.motion import rods
from tests.station.pages import StationPage, accepted, is_refused, text
from wip.models import Hold, Rework

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(plant):
    return rods(plant)


@pytest.fixture
def unit(line):
    """At its test, at ST-40."""
    return line.do(line.unit(), "10", "20", "25", "31")


def at_test(plant, unit, who) -> tuple[StationPage, str]:
    page = StationPage(plant, "40")
    page.log_on(who)
    return page, page.start(unit, "40")


def test_an_operator_does_the_operation_again(plant, line, unit):
    page, work = at_test(plant, unit, "amina")
    assert "rework/" in page.get(work).content.decode()
    shown = page.get(f"{work}rework/")
    assert "a supervisor or quality decides" in text(shown)
    assert 'value="31"' not in shown.content.decode()
    sent = page.post(f"{work}rework/", return_to="40", reason="Dirty gauge")
    rework = Rework.objects.get()
    assert accepted(sent) == f"{unit} goes back, {rework}"
    assert (rework.found_in, rework.return_to, rework.reason) == ("40", "40", "Dirty gauge")
    assert line.comes_next(unit) == {"40": True}


def test_an_operator_sends_nothing_further_back(plant, unit):
    page, work = at_test(plant, unit, "amina")
    assert is_refused(page.post(f"{work}rework/", return_to="31", reason="Bent"), 403)
    assert not Rework.objects.exists()


def test_a_supervisor_sends_it_back_through_a_rework_routing(plant, line, unit):
    page, work = at_test(plant, unit, "ines")
    shown = page.get(f"{work}rework/")
    assert "Rod repair" in text(shown)
    assert 'value="31"' in shown.content.decode()
    assert 'value="32"' not in shown.content.decode()
    key = "0b5e1c1e-5f55-4a5b-9a51-0f2c7d8f6a02"
    for _ in range(2):
        sent = page.post(f"{work}rework/", return_to="31", routing=str(line.rework.pk), reason="Bent", key=key)
        assert accepted(sent) == f"{unit} goes back, {Rework.objects.get()}"
    assert line.comes_next(unit) == {"R1": True}


def test_an_operator_proposes_what_a_supervisor_decides(plant, line, unit):
    page, work = at_test(plant, unit, "amina")
    shown = page.get(work).content.decode()
    assert 'data-opens="#propose"' in shown
    assert 'name="reason_code" value="REWORK"' in shown
    assert shown.count('value="REWORK"') == 1  # a hold is not placed as a proposal
    sent = page.post(f"{work}hold/", reason_code="REWORK", reason="Press it again")
    hold = Hold.objects.get(unit=unit)
    assert accepted(sent) == f"Rework of {unit} proposed, {hold}"
    assert "Stop: on hold." in text(page.get(work))
    rework = line.send_back(unit, "40", "31", "ines")
    hold.refresh_from_db()
    assert (hold.status, hold.released_by, hold.release_reason) == (
        "RELEASED",
        plant.people["ines"],
        f"Sent back, {rework}.",
    )


def test_who_only_does_it_again_settles_no_proposal_and_no_other_hold(plant, line, unit):
    page, work = at_test(plant, unit, "amina")
    page.post(f"{work}hold/", reason_code="REWORK", reason="Press it again")
    page.post(f"{work}hold/", reason_code="MATERIAL", reason="Soft rod")
    line.send_back(unit, "40", "40", "amina")
    assert Hold.objects.filter(unit=unit, status="OPEN").count() == 2
    line.send_back(unit, "40", "31", "mei")
    assert [one.reason_code for one in Hold.objects.filter(unit=unit, status="OPEN")] == ["MATERIAL"]
