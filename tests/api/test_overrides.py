"""Every act of the API that gates may refuse takes its overrides: refused, passed by a supervisor, done, on record."""

import json

import pytest

from equipment.actions import reasons
from mes.station.actions import batches
from mes.station.serializers import OverridableInput
from tests.api.conftest import api_as
from tests.closed import PATH
from tests.flow import lot_flow
from tests.lots import lot_line
from tests.motion import rods
from tests.plant import PIN
from tests.station.test_reason_tiles import released
from wip.models import ProcessException

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(settings):
    """From its call on a gate says no to everything."""

    def close() -> None:
        settings.MES_GATES = [*settings.MES_GATES, PATH]

    return close


def passing(**more):
    return {"overrides": [{"gate": "CLOSED", "reason": "They said go on", "badge": "B-0453", "pin": PIN} | more]}


def a_job(plant, who="amina"):
    unit = plant.unit()
    plant.start(unit, "10", who)
    return f"/units/{unit}/operations/10"


def a_batch(plant, who="amina"):
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100}, steps=True)
    lots = [flow.lot(40, "WO-A"), flow.lot(30, "WO-B")]
    with plant.door(who) as passage:
        here = {"station": plant.stations["10"], "by": passage.person, "at": passage.at}
        return f"/batches/{batches.start(units=lots, operation_code='10', **here).number}"


def start_operation(plant):
    return f"/units/{plant.unit()}/operations/10/start", {}


def record_steps(plant):
    return f"{a_job(plant)}/record", {"steps": [{"step": "FIRMWARE", "value": "4.2.1"}]}


def complete_operation(plant):
    unit = plant.unit()
    plant.start(unit, "10")
    plant.report(unit, "10", *plant.entries("10"))
    return f"/units/{unit}/operations/10/complete", {}


def book_part(plant):
    return f"/units/{lot_line(plant, quantity=50).unit()}/operations/10/book", {"good": "12"}


def join_operation(plant):
    return f"{a_job(plant, 'tomasz')}/join", {}


def take_over_operation(plant):
    return f"{a_job(plant, 'tomasz')}/take-over", {}


def resume_operation(plant):
    address = a_job(plant)
    assert api_as(plant, "amina").post(f"{address}/pause", {"station": "ST-10"}).status_code == 200
    return f"{address}/resume", {}


def skip_operation(plant):
    line = rods(plant)
    return f"/units/{line.do(line.unit(), '10', '20')}/operations/25/skip", {"station": "ST-20", "reason": "No burr"}


def start_batch(plant):
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100})
    lots = [flow.lot(40, "WO-A"), flow.lot(30, "WO-B")]
    return "/batches", {"operation": "10", "units": [lot.serial for lot in lots]}


def record_batch(plant):
    return f"{a_batch(plant)}/record", {"steps": [{"step": "HEAT", "value": 850}]}


def complete_batch(plant):
    return f"{a_batch(plant)}/complete", {"steps": [{"step": "HEAT", "value": 850}]}


def take_over_batch(plant):
    return f"{a_batch(plant, 'tomasz')}/take-over", {}


SCENES = {
    one.__name__: one
    for one in (
        *(start_operation, record_steps, complete_operation, book_part, join_operation, resume_operation),
        take_over_operation,
        *(skip_operation, start_batch, record_batch, complete_batch, take_over_batch),
    )
}


def test_every_act_that_takes_overrides_is_tried_here(plant, api):
    """By the API's own description."""
    schema = json.loads(api.get("/openapi.json").content)
    shapes = schema["components"]["schemas"]
    found = set()
    for methods in schema["paths"].values():
        for act in methods.values():
            shape = act.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            if "overrides" in shapes.get(shape.get("$ref", "").rpartition("/")[2], {}).get("properties", {}):
                found.add(act["operationId"])
    assert found == set(SCENES)
    assert len(found) >= len(OverridableInput.__subclasses__())


@pytest.mark.parametrize("act", sorted(SCENES))
def test_what_is_refused_is_done_once_a_supervisor_lets_it_pass(plant, api, closed, act):
    address, body = SCENES[act](plant)
    body = {"station": "ST-10"} | body
    closed()
    refused = api.post(address, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "CLOSED"), refused.json()
    assert api.post(address, body | passing(badge="B-0452")).json()["code"] == "ROLE_MISSING"
    passed = api.post(address, body | passing())
    assert passed.status_code == 200, passed.json()
    kept = ProcessException.objects.filter(kind="OVERRIDE")
    assert kept.count() == (2 if act.endswith("_batch") else 1)
    assert {(one.gate, one.reason, one.by.username, one.approved_by.username) for one in kept} == {
        (PATH, "They said go on", "amina", "ines")
    }


def test_where_the_area_has_override_reasons_one_of_them_is_named(plant, api, closed):
    address, body = start_operation(plant)
    body["station"] = "ST-10"
    closed()
    assert api.post(address, body | passing(reason="")).status_code == 422
    released(plant, "OVERRIDE", "SHIFT-CHANGE The person went home\nAGREED Agreed with quality")
    refused = api.post(address, body | passing())
    assert (refused.status_code, refused.json()["code"]) == (422, "REASON_UNKNOWN")
    assert api.post(address, body | passing(reason_code="LUNCH")).status_code == 422
    assert api.post(address, body | passing(reason_code="AGREED", reason="x" * 195)).status_code == 422
    assert api.post(address, body | passing(reason_code="AGREED", reason="By phone")).status_code == 200
    assert ProcessException.objects.get().reason == "AGREED Agreed with quality: By phone"


def test_without_such_reasons_a_code_that_is_sent_is_kept_in_the_text(plant, api, closed):
    assert not reasons.ReasonTree.objects.filter(kind="OVERRIDE").exists()
    address, body = start_operation(plant)
    closed()
    assert api.post(address, {"station": "ST-10"} | body | passing(reason_code="AGREED")).status_code == 200
    assert ProcessException.objects.get().reason == "AGREED They said go on"
