"""The office's pages of containers, and what a unit's page says of batches, containers and parts of lots."""

import pytest

from genealogy.models import Container
from mes.kernel.door import open_door
from tests.flow import lot_flow
from tests.station.pages import text
from tests.wip.test_batch import BatchEnd, Given, report, start
from tests.wip.test_merge import merge
from tests.wip.test_split import split

pytestmark = pytest.mark.django_db


@pytest.fixture
def tray(plant) -> Container:
    with open_door(person=None):
        return Container.objects.create(site=plant.site, code="TRAY-1", kind="Tray")


def post(client, path, **content):
    return client.post(f"/containers/TRAY-1/{path}/", {"idempotency_key": f"a-key-{path}", **content}, follow=True)


def test_units_are_put_in_taken_out_and_moved_by_the_office(plant, tray, client):
    client.force_login(plant.people["ines"])
    unit = plant.unit()
    assert f"{unit} is in TRAY-1." in text(post(client, "load", serial=unit.serial))
    assert "TRAY-1 Tray no station IP2-000001" in text(client.get("/containers/"))
    assert "In container TRAY-1" in text(client.get(f"/units/{unit}/"))
    assert "TRAY-1 is at ST-10." in text(post(client, "move", station=plant.stations["10"].pk))
    assert f"{unit} was taken out of TRAY-1." in text(post(client, "unload", serial=unit.serial))
    assert "It is empty." in text(client.get("/containers/TRAY-1/"))


def test_who_only_looks_is_told_why_nothing_can_be_moved(plant, tray, client):
    client.force_login(plant.people["ruth"])
    assert "Take out" not in text(client.get("/containers/TRAY-1/"))
    assert post(client, "move", station="").status_code == 403


def test_a_part_s_page_shows_what_was_recorded_before_it_was_split_off(plant, client):
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, steps=True)
    lot = flow.lot(100)
    batch = start(flow, [lot])
    report(flow, batch, Given("HEAT", "850"), end=BatchEnd())
    part = split(flow, split(flow, lot, 30), 10)
    client.force_login(plant.people["ines"])
    shown = text(client.get(f"/units/{part}/"))
    assert f"10 good of 10 · in batch {batch} · done as a part of SH-0001-2" in shown
    assert "850" in shown
    assert "Split off from SH-0001-2 , 10" in shown
    merge(flow, flow.plant.fresh(lot), flow.plant.fresh(part))
    assert "Merged with SH-0001-3 , 10" in text(client.get(f"/units/{lot}/"))
    assert "Merged into SH-0001 , 10" in text(client.get(f"/units/{part}/"))
