"""Batches in the office: the list, and one with its units, values and time."""

import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from genealogy.models import Unit
from mes.boards.batch_record import read
from mes.station.actions import batches
from mes.station.actions.batches import BatchEnd
from mes.station.actions.operations import Given
from tests.flow import LotFlow, lot_flow
from tests.plant import NOW
from wip.models import Batch
from wip.queries import batch_by_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow(plant) -> LotFlow:
    return lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, steps=True)


@pytest.fixture
def lots(flow) -> list[Unit]:
    return [flow.lot(60, "WO-A"), flow.lot(30, "WO-B")]


@pytest.fixture
def batch(flow, lots) -> Batch:
    with flow.plant.door("amina") as passage:
        return batches.start(
            units=[flow.plant.fresh(lot) for lot in lots],
            operation_code="10",
            station=flow.plant.stations["10"],
            by=passage.person,
            at=passage.at,
        )


def end(flow: LotFlow, batch: Batch, minutes: int) -> None:
    """Record and complete, so long after the start."""
    flow.plant.clock = batch.started_at + timedelta(minutes=minutes - 1)
    with flow.plant.door("amina") as passage:
        batches.report(
            batch=batch,
            given=[Given("HEAT", "850")],
            end=BatchEnd({"SH-0001": Decimal(4)}, "Cracked"),
            station=flow.plant.stations["10"],
            by=passage.person,
            at=passage.at,
        )


def test_a_batch_is_listed_by_its_status_and_by_its_orders(flow, batch, desk_of):
    mei = desk_of("mei")
    assert [one.number for one in mei.get("/batches/").context["rows"]] == [batch.number]
    assert mei.get("/batches/?status=COMPLETED").context["rows"] == []
    end(flow, batch, 90)
    assert mei.get("/batches/").context["rows"] == []
    assert [one.number for one in mei.get("/batches/?status=all&order=WO-B").context["rows"]] == [batch.number]
    assert mei.get("/batches/?status=all&order=WO-C").context["rows"] == []


def test_time_is_apportioned_by_quantity_and_values_stand_once(flow, batch, desk_of):
    end(flow, batch, 90)
    known = batch_by_number(batch.number, [batch.site_id])
    assert known is not None
    record = read(known, flow.plant.people["mei"], now=NOW + timedelta(hours=5))
    assert [one.machine for one in record.members] == [timedelta(minutes=60), timedelta(minutes=30)]
    assert [one.labor for one in record.members] == [timedelta(minutes=60), timedelta(minutes=30)]
    assert [(entry.span.person.username, counts) for entry, counts in record.people] == [
        ("amina", timedelta(minutes=90))
    ]
    page = desk_of("mei").get(f"/batches/{batch.number}/").content.decode()
    assert page.count("850 °C") == 1
    assert all(f"/units/{serial}/" in page for serial in ("SH-0001", "SH-0002"))
    assert "/orders/WO-A/" in page


def test_units_and_orders_lead_to_their_batches(flow, batch, lots, desk_of):
    mei = desk_of("mei")
    assert f"/batches/{batch.number}/" in mei.get(f"/units/{lots[0].serial}/").content.decode()
    assert "/batches/?status=all&amp;order=WO-A" in mei.get("/orders/WO-A/").content.decode()
    assert mei.get("/batches/B-999999/").status_code == 404


def offered(page):
    """Where the page's undo posts, and what it says of the act."""
    found = re.findall(
        r'action="([^"]+/undo/)".*?name="execution" value="([^"]+)".*?name="done_at" value="([^"]+)"', page, re.S
    )
    return [(path, {"execution": execution, "done_at": at}) for path, execution, at in found]


def test_the_last_act_is_taken_back_on_all_units_from_the_page_of_the_batch(flow, batch, lots, desk_of):
    end(flow, batch, 90)
    ines, address = desk_of("ines"), f"/batches/{batch.number}/"
    page = ines.get(address).content.decode()
    assert "Take back last act" in page
    assert f"It was done in {batch}, and is taken back on all its units." in page
    ((path, content),) = offered(page)
    assert path == f"{address}undo/"
    assert ines.post(path, reason=" ", **content).status_code == 422
    batch.refresh_from_db()
    assert batch.status == "COMPLETED"
    key = str(uuid4())
    for _press in range(2):  # a second press with the same key does nothing more
        assert ines.post(path, reason="Wrong programme", key=key, **content).headers["Location"] == address
    batch.refresh_from_db()
    assert batch.status == "RUNNING"
    assert {one.status for one in batch.executions.all()} == {"RUNNING"}
    stale = ines.post(path, reason="Once more", **content)
    assert (stale.status_code, "Something else was done since" in stale.content.decode()) == (409, True)
    assert "<strong>started</strong>" in ines.get(address).content.decode()  # what was recorded went with the end


def test_the_live_part_of_a_batch_brings_its_undo_beside_it(flow, batch, desk_of):
    part = desk_of("ines").get(f"/batches/{batch.number}/?part=batch").content.decode()
    assert "<html" not in part
    assert re.search(r'<div id="batch-undo" data-keep hx-swap-oob="true">\s*<p[^>]*><button', part)


def test_undo_of_a_batch_is_offered_to_who_may_while_nothing_followed(flow, batch, lots, desk_of):
    address = f"/batches/{batch.number}/"
    end(flow, batch, 90)
    assert offered(desk_of("mei").get(address).content.decode())
    assert not offered(desk_of("pavel").get(address).content.decode())
    flow.start(lots[1], "20")
    assert not offered(desk_of("mei").get(address).content.decode())


def test_what_is_no_job_of_the_batch_is_not_taken_back_on_its_page(flow, batch, desk_of):
    other = flow.lot(10, "WO-C")
    started = flow.start(other, "10")
    content = {"execution": str(started.pk), "done_at": started.started_at.isoformat(), "reason": "x"}
    assert desk_of("ines").post(f"/batches/{batch.number}/undo/", **content).status_code == 404


def test_a_list_of_many_batches_asks_no_more_than_one_of_one(flow, batch, desk_of, django_assert_max_num_queries):
    mei = desk_of("mei")
    mei.get("/batches/")
    with django_assert_max_num_queries(12):
        mei.get("/batches/")
