"""The idle lock: after the station's idle time without an act the server asks for the active person's PIN again."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.utils import timezone

from mes.kernel.audit.models import AuditEvent
from mes.station.models import LastAct, StationLogon
from mes.station.views.presence import watched
from tests.presence import active_logon
from tests.station.pages import StationPage, accepted, is_refused, text
from wip.models import Reading

pytestmark = pytest.mark.django_db
IDLE_S = 600


@pytest.fixture
def page(plant, time_machine_at):
    """Amina, on and at work on operation 30; `page.later(s)` lets time go by."""
    page = StationPage(plant)
    began = timezone.now()
    page.later = lambda seconds: time_machine_at(began + timedelta(seconds=seconds))
    page.log_on()
    page.work = page.start(plant.do(plant.unit(), "10", "20"))
    return page


def is_locked(answer) -> bool:
    return is_refused(answer, 423)


def test_until_the_idle_time_is_over_nothing_is_asked(page):
    page.later(IDLE_S - 5)
    assert page.get(page.work).status_code == 200


def test_after_it_a_post_is_refused_and_writes_nothing(page):
    page.later(IDLE_S + 5)
    answer = page.record(page.work, "TORQUE", "1.2")
    assert is_locked(answer)
    assert "Amina Yusuf, enter your PIN." in text(answer)
    assert not Reading.objects.filter(step_code="TORQUE").exists()


@pytest.mark.parametrize("path", ["start/", "scan/"])
def test_no_other_post_gets_through_either(page, plant, path):
    page.later(IDLE_S + 5)
    unit = plant.do(plant.unit(), "10", "20")
    assert is_locked(page.post(path, unit=unit.serial, operation="30", code=unit.serial))


def test_after_it_a_page_asks_for_the_pin_and_gives_the_same_work_back(page):
    page.later(IDLE_S + 5)
    asked = page.client.get(f"/station/{page.work}", follow=True)
    assert "Locked. Amina Yusuf, enter your PIN." in text(asked)
    assert "Scan Screw" not in text(asked)
    logon = StationLogon.objects.get()
    answer = page.post("log-on/", logon=str(logon.pk), job=page.work.split("/")[1], pin="4711")
    assert answer["HX-Replace-Url"] == f"/station/{page.work}"
    assert "Scan Screw M3 × 8." in text(answer)


def test_the_right_pin_unlocks_and_the_same_press_is_carried_out(page):
    page.later(IDLE_S + 5)
    key = "0198c0de-0000-7000-8000-000000000021"
    assert is_locked(page.record(page.work, "TORQUE", "1.2", key=key))
    unlocked = page.post("unlock/", pin="4711")
    assert (unlocked.status_code, unlocked["HX-Trigger"]) == (204, "unlocked")
    assert accepted(page.record(page.work, "TORQUE", "1.2", key=key)) == "1.2 recorded"
    assert Reading.objects.filter(step_code="TORQUE").count() == 1


def test_a_wrong_pin_unlocks_nothing_and_counts(page, plant):
    page.later(IDLE_S + 5)
    assert is_refused(page.post("unlock/", pin="0000"), 403)
    assert is_locked(page.record(page.work, "TORQUE", "1.2"))
    page.device.refresh_from_db()
    assert page.device.wrong_secrets == 1


def test_unlocking_is_on_record(page):
    page.later(IDLE_S + 5)
    page.post("unlock/", pin="4711")
    event = AuditEvent.objects.filter(table_name="station_stationlogon").latest("sequence")
    assert event.station == "ST-30"
    assert event.old["confirmed_at"] != event.new["confirmed_at"]


def test_an_act_begins_the_idle_time_anew(page):
    page.later(IDLE_S - 5)
    page.get(page.work)
    page.later(2 * IDLE_S - 20)
    assert page.get(page.work).status_code == 200
    page.later(3 * IDLE_S)
    assert page.get(page.work).status_code == 302


def test_what_the_page_fetches_by_itself_is_no_act(page, rf):
    fetch = watched(lambda request, presence: HttpResponse(presence.who))
    for seconds in (IDLE_S - 60, IDLE_S - 5):
        page.later(seconds)
        request = rf.get("/station/live/")
        request.COOKIES.update({name: morsel.value for name, morsel in page.client.cookies.items()})
        fetch(request)
    page.later(IDLE_S + 5)
    assert is_locked(page.record(page.work, "TORQUE", "1.2"))


def test_an_act_soon_after_another_writes_nothing(page):
    LastAct.objects.all().delete()
    page.later(IDLE_S / 20)
    page.get(page.work)
    assert not LastAct.objects.exists()
    page.later(IDLE_S / 5)
    page.get(page.work)
    assert LastAct.objects.exists()


def test_the_stations_own_idle_time_counts(page):
    type(page.station).objects.filter(pk=page.station.pk).update(idle_lock_s=30)
    page.later(31)
    assert is_locked(page.record(page.work, "TORQUE", "1.2"))


def test_another_badge_gets_on_at_a_locked_page_and_does_not_unlock_the_first(page, plant):
    page.later(IDLE_S + 5)
    assert "Tomasz Nowak, enter your PIN." in text(page.scan("B-0452"))
    assert accepted(page.log_on("tomasz")) == "Tomasz Nowak is logged on"
    assert active_logon(page.device).person == plant.people["tomasz"]


def test_on_a_locked_page_one_logs_oneself_off_and_nobody_else(page, plant):
    page.log_on("tomasz")
    amina = StationLogon.objects.get(person=plant.operator)
    page.later(IDLE_S + 5)
    assert is_locked(page.post("log-off/", logon=str(amina.pk)))
    assert accepted(page.post("log-off/")) == "Tomasz Nowak is logged off"


def test_somebody_who_became_active_meanwhile_is_not_unlocked_by_the_other(page, plant):
    page.log_on("tomasz")
    page.later(IDLE_S + 5)
    answer = page.post("unlock/", pin="9999")
    assert is_refused(answer, 403)
    assert StationLogon.objects.get(person=plant.people["tomasz"]).confirmed_at is None
