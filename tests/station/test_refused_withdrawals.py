"""A machine that refuses to have its permission taken away: asked ever more seldom, for ever, and help is called."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from equipment.actions import help_calls
from equipment.models import HelpCall, MachineCommand, Tag
from tests.interlock_floor import answer, commands, interlocked, prepared
from tests.machine_floor import says
from tests.station.pages import text
from wip.actions import holds, order_changes
from wip.tasks import withdraw_permissions

pytestmark = pytest.mark.django_db


@pytest.fixture
def sweep(plant, monkeypatch):
    def swept(at: datetime) -> int:
        monkeypatch.setattr("wip.tasks.timezone.now", lambda: at)
        return withdraw_permissions()

    return swept


@pytest.fixture
def held(plant):
    """A unit whose machine may run, and which is on hold."""
    interlocked(plant)
    unit = plant.unit()
    prepared(plant, unit)
    with plant.door("mei") as passage:
        holds.place(unit=unit, reason_code="PROCESS", reason="Crack", by=passage.person, at=passage.at)
    return unit


def refuse(plant, status: str = "MISMATCHED") -> datetime:
    """The machine refuses the last withdrawal; when."""
    return answer(plant, commands(plant)[-1], status, detail="ENABLE is 1, not 0").answered_at


def asked_after(sweep, since: datetime, longest_s: int = 400) -> int:
    """After how many seconds, looked at each ten, the machine is asked once more."""
    return next(s for s in range(10, longest_s, 10) if sweep(since + timedelta(seconds=s)))


@pytest.mark.parametrize("status", ["REFUSED", "MISMATCHED"])
def test_who_refuses_is_asked_again_ever_later_up_to_five_minutes_and_never_not_at_all(plant, held, sweep, status):
    waits = [asked_after(sweep, refuse(plant, status)) for _again in range(7)]
    assert waits == [20, 40, 80, 160, 300, 300, 300]


def test_who_shows_a_permission_that_nobody_gave_and_refuses_to_lose_it_is_asked_ever_later(plant, sweep):
    interlocked(plant)
    enable, waits = Tag.objects.get(code="ENABLE"), []
    says(enable, 1, at=plant.at())
    assert sweep(plant.clock) == 1
    for _again in range(3):
        refused = refuse(plant)
        says(enable, 1, at=refused + timedelta(minutes=6))  # still, and that is read after it answered
        waits.append(asked_after(sweep, refused))
    assert waits == [20, 40, 80]


def test_what_a_person_does_is_told_the_machine_at_once_however_often_it_refused(plant, held, sweep):
    for _again in range(3):
        asked_after(sweep, refuse(plant))
    refuse(plant)
    with plant.door("pavel") as passage:
        order_changes.cancel(order=held.work_order, reason="Not wanted", by=passage.person, at=passage.at)
    assert commands(plant)[-1].status == "QUEUED"
    refuse(plant)
    with plant.door("mei") as passage:
        holds.place(station=plant.stations["20"], reason_code="PROCESS", reason="Wet", by=passage.person, at=passage.at)
    assert commands(plant)[-1].status == "QUEUED"


def test_who_followed_in_the_end_is_asked_at_once_the_next_time(plant, held, sweep):
    for _again in range(3):
        asked_after(sweep, refuse(plant))
    answer(plant, commands(plant)[-1])
    assert sweep(plant.clock) == 0
    unit = plant.unit()
    prepared(plant, unit)
    assert sweep(plant.at() + timedelta(minutes=16)) == 1, "nobody has begun"


def test_maintenance_is_called_once_at_the_second_refusal_in_nobodys_name_and_anew_when_it_is_done_in_vain(
    plant, held, sweep
):
    asked_after(sweep, refuse(plant))
    assert not HelpCall.objects.exists()
    for _again in range(3):
        asked_after(sweep, refuse(plant))
    call = HelpCall.objects.get()
    assert (call.station, call.kind) == (plant.stations["20"], "MAINTENANCE")
    assert (call.status, call.called_by) == ("OPEN", None)
    assert call.note.startswith("The machine refuses to have its permission taken away: 2 times since ")
    with plant.door("ines") as passage:
        help_calls.finish(call=call, answer="Looked", by=passage.person, at=passage.at)
    asked_after(sweep, refuse(plant))
    again = HelpCall.objects.exclude(pk=call.pk).get()
    assert "5 times" in again.note


def test_a_call_that_nobody_made_is_shown_and_told_as_the_interlocks(plant, held, sweep):
    for _again in range(2):
        asked_after(sweep, refuse(plant))
    client = Client()
    client.force_login(plant.people["ines"])
    call = HelpCall.objects.get()
    for path in ("/help-calls/", f"/help-calls/{call.pk}/"):
        assert "the interlock" in text(client.get(path))


def test_the_machines_page_says_how_often_it_refused_why_and_when_it_is_asked_again(plant, held, sweep):
    client = Client()
    client.force_login(plant.people["ines"])
    path = "/machines/NF/ST-20/?part=state"
    assert "Refused" not in text(client.get(path))
    since, last = refuse(plant), None
    for _again in range(2):
        asked_after(sweep, last or since)
        last = refuse(plant)
    shown = text(client.get(path))
    begun, due = (f"{plant.site.local(one):%H:%M:%S}" for one in (since, last + timedelta(seconds=80)))
    assert f"{begun}. It is asked again at" in shown
    assert "Refused 3 times since" in shown
    assert f"{due}. Look at the machine: it may still run." in shown
    assert "ENABLE is 1, not 0" in shown
    asked_after(sweep, last)
    assert "It is asked again now." in text(client.get(path))
    assert MachineCommand.objects.filter(purpose="WITHDRAW").count() == 4
