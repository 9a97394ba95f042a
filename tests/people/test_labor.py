"""People's time at the desk and over REST: what was forgotten, hours by person and by order, corrections."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from mes.station.queries import last_log_offs
from tests.api.conftest import api_as
from tests.plant import NOW
from tests.station.pages import StationPage, text
from wip.actions import corrections, labor
from wip.labor import Stretch, union_of
from wip.models import LaborSpan
from wip.queries import execution_at
from wip.timesheets import entries, forgotten, labor_on

pytestmark = pytest.mark.django_db
NEXT_DAY = NOW + timedelta(hours=23)


@pytest.fixture
def unit(plant):
    """Amina works at operation 30 on it."""
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    return unit


@pytest.fixture
def desk(plant):
    client = Client()
    client.force_login(plant.people["ines"])
    return client


def span_of(unit) -> LaborSpan:
    return LaborSpan.objects.get(execution=execution_at(unit, "30"), corrected_by_span__isnull=True)


def on(plant, unit, verb, who: str = "amina"):
    with plant.door(who) as passage:
        verb(execution=execution_at(unit, "30"), station=plant.stations["30"], by=passage.person, at=passage.at)


def found(plant, now: datetime):
    return forgotten([plant.site.pk], now=now, logged_off=last_log_offs)


def test_what_runs_for_longer_than_anybody_works_is_very_likely_forgotten(plant, unit):
    assert found(plant, NOW + timedelta(hours=11)) == []
    (one,) = found(plant, NEXT_DAY)
    assert (one.span, one.proposed) == (span_of(unit), execution_at(unit, "30").started_at)


def test_the_last_thing_somebody_did_is_proposed_as_the_end(plant, unit):
    plant.report(unit, "30", plant.entries("30")[1])
    (one,) = found(plant, NEXT_DAY)
    assert one.proposed == plant.clock


def test_who_logged_off_everywhere_forgot_and_the_log_off_is_proposed(plant):
    page = StationPage(plant)
    unit = plant.do(plant.unit(), "10", "20")
    with time_machine.travel(NOW + timedelta(hours=1)):
        page.log_on()
        page.start(unit)
    with time_machine.travel(NOW + timedelta(hours=2)):
        page.post("log-off/", jobs="leave")
    (one,) = found(plant, NOW + timedelta(hours=3))
    assert abs(one.proposed - (NOW + timedelta(hours=2))) < timedelta(seconds=10)


def test_what_a_person_claims_comes_first_with_what_they_say(plant, unit):
    other = plant.do(plant.unit(), "10", "20")
    plant.start(other, "30", "tomasz")
    span = span_of(unit)
    with plant.door() as passage:
        corrections.claim(span=span, ended_at=span.began_at, reason="Called", by=passage.person, at=passage.at)
    first, second = found(plant, NEXT_DAY)
    assert (first.is_claimed, first.proposed) == (True, span.began_at)
    assert second.span == span_of(other)


def test_what_was_corrected_is_in_doubt_no_more(plant, unit):
    span = span_of(unit)
    with plant.door("ines") as passage:
        corrections.correct(
            span=span,
            began_at=span.began_at,
            ended_at=span.began_at,
            reason="Gone",
            by=passage.person,
            at=passage.at,
        )
    assert found(plant, NEXT_DAY) == []


def test_an_order_counts_what_its_people_gave_it_beside_other_orders(plant, unit):
    other = plant.do(plant.unit(), "10", "20")
    plant.start(other, "30")
    now = span_of(other).began_at + timedelta(minutes=10)
    (one,) = [
        entry
        for entry in entries([plant.site.pk], NOW, now, now=now, order=unit.work_order)
        if entry.span.execution.operation_code == "30"
    ]
    assert one.overlaps
    everything = entries([plant.site.pk], NOW, now, now=now, person=plant.operator)
    last_ten = entries([plant.site.pk], now - timedelta(minutes=10), now, now=now, person=plant.operator)
    assert sum(entry.share for entry in everything) == union_of(
        Stretch(entry.key, 1, entry.key, entry.began, entry.ended) for entry in everything
    )
    assert [entry.share for entry in last_ten] == [300, 300]
    (same,) = labor_on([execution_at(unit, "30").pk], now=now)[execution_at(unit, "30").pk]
    assert same.share == one.share


def test_the_page_lists_people_with_their_hours_and_what_was_forgotten(plant, unit, desk):
    with time_machine.travel(NEXT_DAY):
        shown = text(desk.get(f"/labor/?day={plant.site.local(NOW).date()}"))
    assert "Very likely forgotten" in shown
    assert "Amina Yusuf" in shown
    assert f"{unit} 30" in shown


def test_by_order_it_lists_labor_and_machine_time(plant, unit, desk):
    with time_machine.travel(NOW + timedelta(hours=1)):
        shown = text(desk.get("/labor/?by=order"))
    assert f"{unit.work_order} 30" in shown


@pytest.mark.parametrize("query", ["day=nonsense", "shift=X", "site=%00", "by=x&text=%00"])
def test_a_hostile_address_is_answered(plant, desk, query):
    assert desk.get(f"/labor/?{query}").status_code == 200


def test_a_correction_at_the_desk_keeps_the_seconds_of_what_is_not_changed(plant, unit, desk):
    span = span_of(unit)
    on(plant, unit, labor.pause)
    span.refresh_from_db()
    local = plant.site.local
    answer = desk.post(
        f"/labor/{span.pk}/correct/",
        {
            "idempotency_key": "a-key-of-the-desk",
            "began_at": f"{local(span.began_at):%Y-%m-%dT%H:%M}",
            "ended_at": f"{local(span.ended_at):%Y-%m-%dT%H:%M}",
            "reason": "Checked with Amina",
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    made = span_of(unit)
    assert (made.began_at, made.ended_at, made.corrects) == (span.began_at, span.ended_at, span)


def test_the_order_and_the_unit_show_labor_and_machine_time(plant, unit, desk):
    assert "Labor and machine time" in text(desk.get(f"/labor/of-order/{unit.work_order.erp_reference}/"))
    assert "Labor " in text(desk.get(f"/units/{unit.serial}/"))


def test_people_s_time_over_rest(plant, unit):
    api = api_as(plant, "ines")
    day = f"from={NOW:%Y-%m-%dT%H:%M:%SZ}&to={NOW + timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"
    with time_machine.travel(NOW + timedelta(hours=1)):
        answer = api.get(f"/labor?{day}&order={unit.work_order.erp_reference}&person=amina").json()
        span = answer["spans"][-1]["span"]
        assert (span["operation"], span["person"], span["ended_at"]) == ("30", "amina", None)
        assert {one["operation"] for one in answer["operations"]} == {"10", "20", "30"}
        body = {"began_at": span["began_at"], "ended_at": span["began_at"], "reason": "Was not there"}
        made = api.post(f"/labor/{span['key']}/correct", body)
    assert made.status_code == 201, made.content.decode()
    assert (made.json()["corrects"], made.json()["note"]) == (span["key"], "Was not there")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "from=2026-01-01T00:00Z&to=2026-12-01T00:00Z",
        "from=0001-01-02T00:00Z&to=0001-01-03T00:00Z",
        "from=9999-12-30T00:00Z&to=9999-12-31T00:00Z",
    ],
)
def test_what_is_asked_for_has_to_be_bounded(plant, query):
    assert api_as(plant, "ines").get(f"/labor?{query}").status_code == 422


def test_a_machine_works_through_the_same_verbs(plant, unit):
    api = api_as(plant, "tomasz")
    path = f"/units/{unit.serial}/operations/30"
    station = {"station": "ST-30"}
    assert api.post(f"{path}/join", station).status_code == 200
    assert api.post(f"{path}/pause", {**station, "remark": "Break"}, Idempotency_Key="k1").status_code == 200
    assert api.post(f"{path}/pause", {**station, "remark": "Break"}, Idempotency_Key="k1").status_code == 200
    assert api.post(f"{path}/pause", station).json()["code"] == "NOT_ON_JOB"
    assert api.post(f"{path}/resume", station).status_code == 200
    assert api.post(f"{path}/leave", station).status_code == 200
    assert api.post(f"{path}/resume", station).status_code == 200
    assert api.post(f"{path}/hand-over", {**station, "note": "Mind screw 4"}).status_code == 200
    ends = LaborSpan.objects.filter(person=plant.people["tomasz"]).order_by("began_at").values_list("end", flat=True)
    assert list(ends) == ["PAUSED", "LEFT", "HANDED_OVER"]


def test_a_reason_over_rest_is_one_of_the_released_ones(plant, unit):
    body = {"station": "ST-30", "reason": "NO-SUCH"}
    answer = api_as(plant, "amina").post(f"/units/{unit.serial}/operations/30/pause", body)
    assert answer.status_code == 200  # no tree is released here, so the words alone count


def test_a_supervisor_enters_time_that_was_not_clocked_at_the_desk_and_over_rest(plant, unit, desk):
    assert "Enter time" in text(desk.get("/labor/"))
    begin = span_of(unit).began_at
    given = {"person": "tomasz", "unit": unit.serial, "operation": "30", "reason": "Held the housing"}
    api, ended = api_as(plant, "ines"), begin + timedelta(minutes=5)
    with time_machine.travel(begin + timedelta(hours=1)):
        made = api.post("/labor", given | {"began_at": begin.isoformat(), "ended_at": ended.isoformat()})
        assert made.status_code == 201, made.content.decode()
        again = api.post("/labor", given | {"began_at": begin.isoformat(), "ended_at": ended.isoformat()})
        assert (again.status_code, again.json()["code"]) == (409, "TIME_KNOWN")
        later = (plant.site.local(begin) + timedelta(minutes=m) for m in (10, 20))
        times = dict(zip(("began_at", "ended_at"), (f"{one:%Y-%m-%dT%H:%M}" for one in later), strict=True))
        answer = desk.post("/labor/enter/", {"idempotency_key": str(uuid4()), **given, **times})
        assert answer.status_code == 302, answer.content.decode()
        unknown = desk.post("/labor/enter/", {"idempotency_key": str(uuid4()), **given, **times, "operation": "60"})
        assert unknown.status_code == 404
    assert LaborSpan.objects.filter(person__username="tomasz", end="CORRECTED", corrects=None).count() == 2


def test_a_job_is_taken_over_over_rest(plant, unit):
    tomasz, path = api_as(plant, "tomasz"), f"/units/{unit.serial}/operations/30/take-over"
    first, again = (tomasz.post(path, {"station": "ST-30"}, Idempotency_Key="t-1") for _ in range(2))
    assert (first.status_code, first.json()["worked_by"]) == (200, "tomasz")
    assert again.json() == first.json()
    assert tomasz.post(path, {"station": "ST-30"}).json()["code"] == "ALREADY_YOURS"
    assert tomasz.post(path, {"station": "ST-99"}).status_code == 422
    assert tomasz.post(path.replace("/30/", "/40/"), {"station": "ST-40"}).json()["code"] == "OPERATION_NOT_STARTED"
    assert api_as(plant, "pavel").post(path, {"station": "ST-30"}).status_code == 403


def test_who_forgot_to_stop_says_so_over_rest_and_a_supervisor_settles_it(plant, unit):
    amina, ines, span = api_as(plant, "amina"), api_as(plant, "ines"), span_of(unit)
    day = f"from={NOW:%Y-%m-%dT%H:%M:%SZ}&to={NOW + timedelta(hours=23):%Y-%m-%dT%H:%M:%SZ}"
    stopped = span.began_at + timedelta(minutes=20)
    body = {"ended_at": stopped.isoformat(), "reason": "Went home"}
    with time_machine.travel(NOW + timedelta(hours=22)):
        own = amina.get(f"/labor?{day}").json()["spans"]
        assert {one["span"]["person"] for one in own} == {"amina"}
        assert amina.get(f"/labor?{day}&person=tomasz").status_code == 403
        assert api_as(plant, "tomasz").post(f"/labor/{span.pk}/claim", body).json()["code"] == "NOT_YOUR_TIME"
        late = amina.post(f"/labor/{span.pk}/claim", body | {"ended_at": f"{NOW + timedelta(days=9):%Y-%m-%dT%H:%MZ}"})
        assert late.status_code == 422
        first, again = (amina.post(f"/labor/{span.pk}/claim", body, Idempotency_Key="c-1") for _ in range(2))
        assert (first.status_code, first.json()["end"]) == (200, "FORGOTTEN")
        assert again.json() == first.json()
        settled = {"began_at": span.began_at.isoformat(), "ended_at": first.json()["claimed_at"], "reason": "As said"}
        made = ines.post(f"/labor/{span.pk}/correct", settled)
        assert (made.status_code, made.json()["corrects"]) == (201, str(span.pk))
        assert amina.post(f"/labor/{span.pk}/claim", body).json()["code"] == "SPAN_CORRECTED"
    assert amina.post(f"/labor/{uuid4()}/claim", body).status_code == 404
