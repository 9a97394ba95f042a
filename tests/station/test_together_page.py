"""Several lots at a station: chosen, started as a batch, recorded and completed on one work page; split and merged."""

import pytest

from genealogy.actions import containers
from genealogy.models import Container, Unit
from mes.kernel.door import open_door
from tests.flow import LotFlow, lot_flow
from tests.station.pages import StationPage, accepted, is_refused, text
from tests.station.test_undo_page import offered
from wip.models import Batch, Reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(plant) -> LotFlow:
    return lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, steps=True)


@pytest.fixture
def lots(flow) -> list[Unit]:
    return [flow.lot(40, "WO-A"), flow.lot(30, "WO-B")]


@pytest.fixture
def page(plant, lots) -> StationPage:
    page = StationPage(plant, "10")
    page.log_on()
    return page


@pytest.fixture
def work(page, lots) -> str:
    """The work page of a batch of both lots."""
    started = page.post("together/batch/", unit=[lot.serial for lot in lots])
    assert started.status_code == 200, text(started)
    return started["HX-Replace-Url"].removeprefix("/station/")


def test_what_waits_is_offered_with_what_a_batch_takes(page):
    shown = text(page.get("together/"))
    assert "10 Op 10 A batch takes 100." in shown
    assert "SH-0001 40 pcs · WO-A" in shown
    assert "Several" in text(page.get())


def test_a_batch_is_worked_on_as_one_job(page, work, lots):
    batch = Batch.objects.get()
    shown = text(page.get(work))
    assert f"{batch} · 2 units, 70 pieces" in shown
    assert "SH-0001 40 · WO-A" in shown
    assert "SH-0002 30 · WO-B" in shown
    page.record(work, "HEAT", "850")
    assert Reading.objects.count() == 2
    scrap = {"scrap_unit": ["SH-0001", "SH-0002"], "scrap_quantity": ["", "2"], "scrap_reason": "Cracked"}
    assert accepted(page.post(f"{work}complete/", **scrap)) == f"{batch} completed"
    assert list(batch.executions.order_by("unit__serial").values_list("quantity_good", "quantity_scrapped")) == [
        (40, 0),
        (28, 2),
    ]


def test_what_is_done_in_a_batch_is_offered_to_be_taken_back_on_all_of_it(page, work):
    batch = Batch.objects.get()
    recorded = page.record(work, "HEAT", "850")
    ended = page.post(f"{work}complete/")
    undone = page.post(offered(ended))
    assert undone["HX-Replace-Url"] == f"/station/{work}"
    assert accepted(undone) == f"{batch}: taken back, completed"
    assert set(batch.executions.values_list("status", flat=True)) == {"RUNNING"}
    assert accepted(page.post(offered(recorded))) == f"{batch}: taken back, recorded: HEAT"
    assert Reading.objects.filter(is_void=True).count() == 2
    assert is_refused(page.post(f"{work}complete/"))  # its value is missing again


def test_the_end_of_a_batch_asks_for_the_scrap_of_each_unit(page, work):
    page.record(work, "HEAT", "850")
    html = page.get(f"{work}?open=complete").content.decode()
    dialog = html.split('<dialog class="dialog" id="complete"')[1].split("</dialog>")[0]
    assert dialog.count('name="scrap_unit"') == 2
    refused = page.post(f"{work}complete/", scrap_unit=["SH-0001"], scrap_quantity=["two"], scrap_reason="Cracked")
    assert is_refused(refused, 422)
    refused = page.post(f"{work}complete/", scrap_unit=["SH-0001"], scrap_quantity=["2"])
    assert is_refused(refused, 422)


def test_a_batch_is_taken_over_as_a_whole(page, work, plant):
    page.log_on("tomasz")
    assert "Amina Yusuf has this job." in text(page.get(work))
    assert page.post(f"{work}take-over/").status_code == 200
    assert set(Batch.objects.get().executions.values_list("worked_by__username", flat=True)) == {"tomasz"}


def test_scanning_a_container_starts_what_is_in_it_and_opens_it_again(page, plant, lots):
    with open_door(person=None):
        tray = Container.objects.create(site=plant.site, code="TRAY-1")
    with plant.door() as passage:
        containers.load(container=tray, units=lots, by=passage.person, at=passage.at)
    assert accepted(page.scan("TRAY-1")) == "SH-0001 started"
    assert Batch.objects.get().executions.count() == 2
    assert accepted(page.scan("TRAY-1")) == "SH-0001 opened"


def test_a_lot_is_split_and_merged(page, lots):
    done = page.post("together/split/", unit="SH-0001", quantity="15", reason="Too many for the tray")
    assert accepted(done) == "15 of SH-0001 are SH-0001-2 now"
    done = page.post("together/merge/", unit=["SH-0001-2", "SH-0001"], reason="Fits after all")
    assert accepted(done) == "Merged into SH-0001"
    assert Unit.objects.get(serial="SH-0001").quantity_left == 40


@pytest.mark.parametrize(
    ("act", "units"), [("batch", []), ("split", []), ("split", ["SH-0001", "SH-0002"]), ("merge", ["SH-0001"])]
)
def test_what_was_chosen_has_to_fit_the_act(page, act, units):
    assert is_refused(page.post(f"together/{act}/", unit=units, quantity="1", reason="x"), 422)
