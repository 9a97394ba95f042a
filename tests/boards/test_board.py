"""The board of a work center on the desk: the picture, its lists, moves by the form, and a proposal."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.flow import lot_flow
from tests.planning import at, line, planned, with_a_shift
from tests.wip.test_batch import start
from tests.wip.test_pins import pin
from wip.models import PlannedJob

BOARD = "/board/NF/LINE-1/"
DAY = "?day=2026-11-23"
UNPLANNED = "&part=unplanned"
QUERIES, OF_UNPLANNED = 20, 24  # whatever is planned: see mes.boards.views.board


@pytest.fixture
def center(plant):
    return with_a_shift(plant)


@pytest.fixture(autouse=True)
def on_that_monday(time_machine_at):
    time_machine_at(at("09:00"))


def plan(client, order, code, **given):
    given = {"act": "plan", "job": f"{order.pk} {code}", "station": "ST-10", "starts_at": "2026-11-23T10:00"} | given
    return client.post(f"{BOARD}plan/", day="2026-11-23", **given)


def test_the_first_board_is_led_to(plant, ines, center):
    assert ines.get("/board/").headers["Location"] == BOARD


def test_the_board_shows_what_runs_and_is_planned_as_picture_and_table(plant, ines, center):
    order, running = plant.released(3), plant.unit()
    planned(plant, order, "10", at("10:00"), station=line(center)["10"])
    plant.start(running, "20")
    page = ines.get(BOARD + DAY).content.decode()
    assert f"{order} 10 Main board at ST-10, 10:00 to 10:40, 3 pcs" in page
    assert f'data-job="{order.pk} 10"' in page
    assert f"{running} 20" in page
    assert 'class="closed"' in page


def test_conflicts_are_listed_beside_it(plant, ines, center):
    order = plant.released(3)
    planned(plant, order, "30", at("12:00"), station=line(center)["20"])
    page = ines.get(BOARD + DAY).content.decode()
    assert "ST-20 is not of the class Torque." in page
    assert "It comes after 10 Main board, which is planned nowhere." in page


def test_a_job_is_planned_moved_and_taken_off_by_the_form(plant, ines, center):
    order = plant.released(3)
    job = f"{order} 10 Main board, 3 pcs"
    assert job in ines.get(BOARD + DAY + UNPLANNED).content.decode()
    plan(ines, order, "10")
    assert job in ines.get(BOARD + DAY).content.decode()
    assert job not in ines.get(BOARD + DAY + UNPLANNED).content.decode()
    job = PlannedJob.objects.get()
    assert (job.station.code, job.starts_at, job.ends_at) == ("ST-10", at("10:00"), at("10:40"))
    plan(ines, order, "10", starts_at="2026-11-23T11:05")
    assert PlannedJob.objects.get().starts_at == at("11:05")
    chosen = ines.get(f"{BOARD}{DAY}&job={job.pk}").content.decode()
    assert 'value="2026-11-23T11:05"' in chosen
    plan(ines, order, "10", act="off")
    assert not PlannedJob.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"job": "nothing"}, {"station": "ST-99"}, {"starts_at": ""}, {"starts_at": "soon"}, {"act": "fly"}]
)
def test_what_makes_no_sense_is_refused(plant, ines, center, wrong):
    assert plan(ines, plant.released(), "10", **wrong).status_code == 422
    assert not PlannedJob.objects.exists()


def test_a_row_says_the_day_where_it_is_another_one(plant, ines, center):
    order = plant.released(3)
    plan(ines, order, "10", starts_at="2026-11-23T13:55")
    (row,) = ines.get(BOARD + DAY).context["rows"]
    assert (row.begins, row.ends) == ("13:55", "Tue 24 Nov, 06:05")


def test_a_proposal_is_looked_at_and_applied_once(plant, ines, center):
    order = plant.released(3)
    page = ines.get(f"{BOARD}propose/{DAY}").content.decode()
    assert str(order) in page
    assert not PlannedJob.objects.exists()
    given = dict(re.findall(r'name="(day|as_of|digest)" value="([^"]+)"', page))
    ines.post(f"{BOARD}apply/", **given)
    assert PlannedJob.objects.count() == 4
    assert "Nothing would change" in ines.get(f"{BOARD}propose/{DAY}").content.decode()
    assert ines.post(f"{BOARD}apply/", **given).status_code == 409


def test_a_proposal_says_what_is_pinned_and_by_whom(plant, ines, center):
    order = plant.released(3)
    assert "Pinned" not in ines.get(f"{BOARD}propose/{DAY}").content.decode()
    pin(plant, order=order, reason="Truck waits")
    page = ines.get(f"{BOARD}propose/{DAY}").content.decode()
    assert "what is pinned there, else what its rule ranks first" in page
    assert page.count("Ines Carvalho: Truck waits") == 1  # at the station where it is pinned


def test_who_may_not_plan_sees_the_board_without_a_form(plant, desk_of, center):
    amina, order = desk_of("amina"), plant.released(3)
    planned(plant, order, "10", at("10:00"), station=line(center)["10"])
    page = amina.get(BOARD + DAY).content.decode()
    assert "plan-form" not in page
    assert "data-job" not in page
    assert plan(amina, order, "10").status_code == 403
    assert amina.get(f"{BOARD}propose/").status_code == 403


def test_the_live_part_comes_alone_and_a_board_elsewhere_is_not_there(plant, ines, center):
    assert "<html" not in ines.get(f"{BOARD}{DAY}&part=board").content.decode()
    assert ines.get("/board/SF/LINE-1/").status_code == 404


def test_a_board_takes_as_many_statements_whatever_is_planned(plant, ines, center):
    planned(plant, plant.released(3), "10", at("10:00"), station=line(center)["10"])
    plant.start(plant.unit(), "10")
    ines.get(BOARD + DAY)
    for hour in ("11", "12", "13"):
        planned(plant, plant.released(3), "10", at(f"{hour}:00"), station=line(center)["10"])
    for page, most in ((BOARD + DAY, QUERIES), (BOARD + DAY + UNPLANNED, OF_UNPLANNED)):
        with CaptureQueriesContext(connection) as queries:
            ines.get(page)
        assert len(queries) == most, page


def test_the_board_opens_with_the_shifts_that_are_not_over(plant, ines, center, time_machine_at):
    assert ines.get(BOARD).context["day"].isoformat() == "2026-11-23"
    time_machine_at(at("23:30"))
    assert ines.get(BOARD).context["day"].isoformat() == "2026-11-24"
    page = ines.get(f"{BOARD}?day=2026-11-28").content.decode()
    assert "No shift begins on Sat 28 Nov." in page
    assert 'href="?day=2026-11-30"' in page
    over = ines.get(f"{BOARD}propose/{DAY}").content.decode()
    assert "The day is over" in over
    assert "Propose for Tue 24 Nov" in over


def test_a_batch_is_one_bar_with_its_number(plant, ines, center):
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100})
    lots = [flow.lot(40, "WO-A"), flow.lot(30, "WO-B")]
    batch = start(flow, lots)
    page = ines.get(BOARD + DAY).content.decode()
    assert page.count(f"{batch.number} 10 Op 10 at ST-10") == 2  # its label and its title
    assert all(f"/units/{lot}/" in page for lot in lots)
