"""Who may do what: every address x method x role, held against the table tests/authorisation.csv.

A request here is bare (no body, no form), on records that exist: so 401, 403 and 405 are about the person and the
method, 302 leads to the log-in or to a station's page, and 409 or 422 means that the person got in. After a
change that is meant, write the table again with MES_WRITE_AUTHORISATION=1 and read its diff.
"""

import csv
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from equipment.actions import reasons
from equipment.models import ReasonTree
from mes.station.actions import batches
from orders.models import Instruction, InstructionRevision
from tests.api.conftest import api_as
from tests.equipment.assets import help_call, wrench
from tests.flow import lot_flow
from tests.machines import a_machine, connection_at
from tests.plant import Plant
from tests.station.pages import StationPage
from wip.actions import labor, pins
from wip.models import Batch, DispatchPin, HandoverNote

ASSET_ADDRESSES = ("asset", "asset_place", "asset_calibrate", "asset_overhaul", "asset_use", "api_asset")
ASSET_ADDRESSES += ("api_asset_place", "api_asset_calibrate", "api_asset_overhaul", "api_asset_retire")
ASSET_ADDRESSES += ("api_asset_restore",)
CALL_ADDRESSES = ("help_call", "help_call_take", "help_call_finish", "station:help_finish")
CALL_ADDRESSES += ("api_help_call_take", "api_help_call_finish")
BATCHES = ("batch", "batch_undo", "api_batch", "api_batch_record", "api_batch_take_over", "api_batch_complete")
REASON_TREES = ("api_reason_tree", "api_reason_tree_write", "api_reason_tree_release")
CONNECTIONS = ("connection", "connection_test", "connection_tags", "connection_tags_download", "api_connection")
CONNECTIONS += ("connection_replay", "connection_write")
TABLE = Path(__file__).with_name("authorisation.csv")
METHODS = ("GET", "POST", "PUT")  # PUT stands for all that nothing answers to
PEOPLE = {
    "anonymous": None,
    "operator": "amina",
    "supervisor": "ines",
    "quality": "mei",
    "engineer": "hiroshi",
    "planner": "pavel",
    "auditor": "ruth",
    "administrator": "omar",
    "integration": "erp",
}
# Addresses whose serial is a received lot's.
LOTS = (
    *("lot_label", "lot_certificate", "lot_release", "lot_reject", "lot_return", "lot_unstage"),
    *("api_lot", "api_lot_release", "api_lot_reject", "api_lot_return", "api_lot_stage", "api_lot_unstage"),
)
# Of Django's administration, what our own rights decide about; the rest of it asks the same has_perm.
ADMINISTRATION = ("index", "_changelist", "_add")


def addresses(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, list[str]]]:
    """(name, parameters) of every address there is; one without a name goes by its path."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry, inner)
        elif isinstance(entry, URLPattern) and (namespace != "admin:" or (entry.name or "").endswith(ADMINISTRATION)):
            assert entry.name or resolver is None, f"{entry.pattern} needs a name, so that it can be in the table"
            yield f"{namespace}{entry.name}" if entry.name else f"/{entry.pattern}", list(entry.pattern.converters)


@pytest.fixture
def samples(plant: Plant) -> dict[str, object]:
    """A value for each parameter of an address."""
    unit = plant.unit()
    execution = plant.start(unit, "20")
    tool, call = wrench(plant), help_call(plant)
    lot = plant.a_lot()
    hold = api_as(plant, "amina").post(
        "/holds", {"unit": unit.serial, "reason_code": "OTHER", "reason": "For the table"}
    )
    batch = a_batch(plant)
    tree, instruction = a_draft_of_reasons(plant), an_instruction(plant)
    a_machine(plant.stations["20"])
    connection_at(plant.stations["20"], "UA-1", kind="OPCUA", address="opc.tcp://127.0.0.1:1")
    return {
        "serial": unit.serial,
        "code": "20",
        "erp_reference": plant.order().erp_reference,
        "number": hold.json()["number"],
        "redline": 1,
        "path": "nothing.png",
        "digest": "0" * 64,
        "pk": execution.pk,
        "site": "NF",
        "api_work_center_shifts": {"code": "LINE-1"},
        "calendar_ahead": {"code": "LINE-1"},
        "machine_wall_of_center": {"code": "LINE-1"},
        **{name: {"code": "ST-20"} for name in ("dispatch", "dispatch_pin", "api_station_queue", "api_pins")},
        **{name: {"code": "ST-20"} for name in ("machine", "machine_write", "api_machine", "api_machine_states")},
        **{name: {"code": "PLC-1"} for name in CONNECTIONS},
        **{name: {"code": "UA-1"} for name in ("connection_browse", "connection_nodes")},
        "pin": pinned(plant).pk,
        **{name: {"code": "LINE-1"} for name in ("board", "board_plan", "board_propose", "board_apply")},
        "gate": {"path": "wip.gates.no_open_hold"},
        "station:register": {"pk": plant.stations["20"].pk},
        **{name: {"pk": tool.pk, "asset": tool.pk} for name in ASSET_ADDRESSES},
        **{name: {"pk": call.pk, "call": call.pk} for name in CALL_ADDRESSES},
        "event": 1,
        "command": "none",
        "station:remove": {"pk": StationPage(plant, "20").device.pk},
        **{name: {"serial": lot} for name in LOTS},
        "station:unlock_browser": {"pk": StationPage(plant, "20").device.pk},
        "api_station_browser_unlock": {"key": StationPage(plant, "20").device.pk},
        "api_station_browser_remove": {"key": StationPage(plant, "20").device.pk},
        "api_handover_note_take": {"key": a_note(plant).pk},
        **{name: {"key": tree.pk} for name in REASON_TREES},
        **{name: {"key": instruction.pk} for name in ("api_instruction", "api_instruction_confirm")},
        **{name: {"number": batch.number} for name in BATCHES},
        "username": "tomasz",
        "kind": "routing",
        "key": plant.routing.pk,
        "rev": "C",
        "verb": "copy",
        "api_routing": {"key": plant.routing.routing_id},
        "product": {"pk": plant.board.pk},
        **{name: {"code": "IP2"} for name in ("api_product", "api_product_revision", "api_product_tree")},
        "api_where_used": {"code": "PCB-7"},
        **{name: {"pk": plant.routing.pk} for name in ("revision", "revision_history", "revision_act")},
        "labor_correct": {"pk": execution.labor.get().pk},
        "api_labor_correct": {"key": execution.labor.get().pk},
        "api_labor_claim": {"key": execution.labor.get().pk},
        "person_withdraw": {"code": "torque"},
        "person_certificate": {"code": "torque"},
        "api_qualification_withdraw": {"code": "torque"},
    }


def a_batch(plant: Plant) -> Batch:
    """A lot that runs in a batch of its own."""
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100})
    lot = plant.fresh(flow.lot(10))
    with plant.door("amina") as passage:
        return batches.start(
            units=[lot], operation_code="10", station=plant.stations["10"], by=passage.person, at=passage.at
        )


def a_note(plant: Plant) -> HandoverNote:
    """A note for whoever comes to a station next."""
    with plant.door("amina") as passage:
        return labor.leave_note(station=plant.stations["20"], text="Clean it", by=passage.person, at=passage.at)


def a_draft_of_reasons(plant: Plant) -> ReasonTree:
    """Reasons that are written and not released."""
    with plant.door("hiroshi") as passage:
        who = {"by": passage.person, "at": passage.at}
        tree = reasons.draft(site=plant.site, area=None, kind="SCRAP", **who)
        return reasons.write(tree=tree, text="DIM Dimension", **who)


def an_instruction(plant: Plant) -> InstructionRevision:
    """An instruction that is released."""
    with plant.door("hiroshi"):
        instruction = Instruction.objects.create(code="WI-9", name="Seat")
        revision = InstructionRevision.objects.create(instruction=instruction, number=1, body="Turn it")
    plant.approve_and_release(revision)
    return revision


def pinned(plant: Plant) -> DispatchPin:
    """A pin at a station."""
    with plant.door("ines") as passage:
        return pins.pin(
            station=plant.stations["20"], unit=plant.unit(), reason="For the table", by=passage.person, at=passage.at
        )


# Fetched into a page, never a page of their own.
PARTS = {"order_labor"}


def pages_of(samples: dict) -> list[tuple[str, str]]:
    """(path, role) of every address that answers a GET of some role with a page."""
    parameters = dict(addresses())
    found = []
    with TABLE.open(newline="") as file:
        for row in csv.DictReader(file):
            name = row["address"]
            roles = [role for role in PEOPLE if row[role] == "200"]
            is_page = not name.startswith("api_") and not name.endswith("_download") and name not in PARTS
            if row["method"] == "GET" and roles and is_page and name in parameters:
                values = samples | samples.get(name, {})
                given = {parameter: values[parameter] for parameter in parameters[name]}
                found.append((name if name.startswith("/") else reverse(name, kwargs=given), roles[0]))
    return [*found, ("/nothing-here/", "supervisor")]


def answers(plant: Plant, samples: dict) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(address, method, answer by role); what a request writes is taken back."""
    clients = {role: _client(plant, who) for role, who in PEOPLE.items()}
    for name, parameters in sorted(addresses()):
        values = samples | samples.get(name, {})
        given = {parameter: values[parameter] for parameter in parameters}
        path = name if name.startswith("/") else reverse(name, kwargs=given)
        for method in METHODS:
            yield name, method, {role: _ask(*clients[role], method, path) for role in PEOPLE}


def _client(plant: Plant, who: str | None) -> tuple[Client, dict[str, str]]:
    """A browser that is logged in, and the header of a token for the API."""
    client = Client(raise_request_exception=False)
    if who is None:
        return client, {}
    client.force_login(plant.people[who])
    return client, {"authorization": f"Bearer {api_as(plant, who).token}"}


def _ask(client: Client, token: dict[str, str], method: str, path: str) -> str:
    cookies = client.cookies.copy()
    with transaction.atomic():
        status = client.generic(method, path, headers=token if path.startswith("/api/") else {}).status_code
        transaction.set_rollback(True)
    client.cookies = cookies
    return str(status)


@pytest.mark.long
@pytest.mark.django_db
def test_every_address_answers_every_role_as_the_table_says(plant, samples):
    found = {(name, method): row for name, method, row in answers(plant, samples)}
    if os.environ.get("MES_WRITE_AUTHORISATION"):
        with TABLE.open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["address", "method", *PEOPLE])
            writer.writerows([*key, *row.values()] for key, row in found.items())
    with TABLE.open(newline="") as file:
        expected = {(row.pop("address"), row.pop("method")): row for row in csv.DictReader(file)}
    assert found.keys() - expected.keys() == set(), "addresses without a row"
    assert expected.keys() - found.keys() == set(), "rows without an address"
    wrong = [
        f"{name} {method} {role}: {row[role]}, the table says {expected[name, method][role]}"
        for (name, method), row in found.items()
        for role in PEOPLE
        if row[role] != expected[name, method][role]
    ]
    assert not wrong, "\n".join(wrong)


def test_nobody_unknown_gets_into_the_api_and_nothing_fails():
    with TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 40
    failing = {row["address"] for row in rows for role in PEOPLE if row[role].startswith("5")}
    assert failing <= {"healthz"}  # which is right: no worker runs beside this test
    api = [row for row in rows if row["address"].startswith("api_") and row["address"] != "api_nothing_here"]
    assert {row["anonymous"] for row in api if row["address"] != "api_openapi"} == {"401"}
