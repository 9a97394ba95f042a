"""Machines in a real browser, with a collector that runs and devices of ours behind real sockets: read at a station,
watched by a supervisor, connected by an engineer over secured OPC UA."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.utils import timezone
from playwright.sync_api import Page, expect

from equipment.drivers.base import ValueType
from equipment.drivers.modbus.addresses import Table
from equipment.drivers.opcua.certificates import make_certificate
from equipment.drivers.simulator.opcua_server import APPLICATION_URI, Access, OpcUaServer, Variable
from equipment.models import Connection, LatestValue, MachineEvent, SecurityProfile, Tag
from mes.embedded.broker import free_port
from mes.kernel.door import open_door
from tests.browser.acts import enter
from tests.browser.test_station_journey import Operator
from tests.equipment.collection.floor import Floor, connection_to, floor_on, put, samples_of, tag_of, until
from tests.events.listening import events_server_on
from tests.machine_floor import measured_line
from tests.machines import tells_state
from tests.plant import PASSWORD
from tests.plant_server import plant_server_on
from wip.models import Reading

pytestmark = pytest.mark.browser
SHOTS = os.environ.get("MES_SHOTS", "")
NOT_A_NUMBER = {0: 0x7FC0, 1: 0}  # in the registers of the gap


def shoot(page: Page, name: str) -> None:
    """A picture to look at, where MES_SHOTS names a folder."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True, caret="initial")


@pytest.fixture
def floor(committed_plant, committed_database: str, tmp_path: Path) -> Iterator[Floor]:
    with floor_on(committed_database, tmp_path / "spool") as floor:
        yield floor


@pytest.fixture
def live(committed_database, monkeypatch) -> Iterator[str]:
    """Web and events program on the test's database: the address."""
    port = free_port()
    monkeypatch.setenv("MES_EVENTS_URL", f"http://127.0.0.1:{port}/events/")
    with events_server_on(committed_database, port=port), plant_server_on(committed_database) as web:
        yield web.url


def log_in(page: Page, url: str, name: str, path: str) -> None:
    page.goto(f"{url}/login/?next={path}")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("main#main")).to_be_visible()


def test_a_step_is_read_from_the_machine_at_the_station(page, plant_server, committed_plant, floor):
    plant, machine = committed_plant, floor.machine()
    page.set_default_timeout(10_000)
    unit = measured_line(plant)
    press = connection_to(machine, plant.stations["10"], code="PRESS")
    place = {"station": plant.stations["10"]}
    gap = tag_of(press, "GAP", "holding:0", value_type="FLOAT32", quantity_unit="mm", **place)
    force = tag_of(press, "FORCE", "holding:2", value_type="FLOAT32", quantity_unit="kN", **place)
    put(machine, force, 12.34)
    machine.memory.tables[Table.HOLDING] |= NOT_A_NUMBER
    floor.collector()
    until(lambda: len(samples_of(force)) > 20, "it is watched")

    operator = Operator(page, plant_server.url)
    operator.be_at("10")
    page.keyboard.press("F8")
    operator.prompt("Gap: read it from the machine with F8, or enter it.")
    shoot(page, "read-0-asked")
    page.keyboard.press("F8")
    operator.refused("Gap can't be read: GAP has no good value.")
    operator.refused("Enter it by hand, or try again.")
    shoot(page, "read-1-bad")

    put(machine, gap, 1.42)
    until(lambda: samples_of(gap)[-1][1] is not None, "the sensor is well again")
    page.keyboard.press("F8")
    operator.toast("Gap read from the machine")
    operator.prompt("Out of limits.")
    course = page.locator(".course > a .trend")
    expect(course).to_be_visible()  # fetched as it came in sight
    assert course.locator(".limit").count() == 2
    assert course.locator(".point").get_attribute("data-tone") == "alarm"
    shoot(page, "read-2-beyond")
    page.locator(".course > a").click()
    expect(page.locator(".course dialog[open]")).to_contain_text("1.42")
    expect(page.locator(".course dialog[open]")).to_contain_text("1.00 to 1.30")
    shoot(page, "read-3-large")
    page.keyboard.press("Escape")

    put(machine, gap, 1.21)
    until(lambda: samples_of(gap)[-1][1] == pytest.approx(1.21), "it was set again")
    page.keyboard.press("1")
    expect(page.locator("#correct")).to_be_visible()
    enter(page, "Set again")
    page.get_by_role("button", name="Read it again").click()
    operator.toast("Gap read from the machine")
    operator.prompt("Force: read it from the machine with F8.")
    last = Reading.objects.filter(step_code="GAP").latest("id")
    assert (last.value, last.reason, last.machine_tag) == ("1.21", "Set again", "GAP")

    expect(page.locator("#value")).to_have_count(0)  # nobody enters it
    shoot(page, "read-5-machine-only")
    floor.do(machine.unplug())
    until(lambda: LatestValue.objects.get(series__tag=force).quality < 64, "the link is lost")
    page.keyboard.press("F8")
    operator.refused("Force can't be read: PRESS does not answer.")
    operator.refused("It was heard of last at")
    operator.refused("Tell the supervisor: this step takes only the machine's value.")
    shoot(page, "read-6-silent")
    floor.do(machine.plug_in())
    until(lambda: LatestValue.objects.get(series__tag=force).quality == 192, "it answers again")
    page.keyboard.press("F8")
    operator.toast("Force read from the machine")
    assert Reading.objects.get(step_code="FORCE").value == "12.3"

    page.goto(f"{plant_server.url}/units/{unit.serial}/")
    expect(page.locator(".course > a .trend").first).to_be_visible()
    page.locator(".course").last.scroll_into_view_if_needed()
    expect(page.locator(".course > a .trend")).to_have_count(3)
    shoot(page, "read-7-record")
    page.locator(".course > a").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".course dialog[open]")).to_contain_text("FORCE")
    page.locator(".course dialog[open]").get_by_role("link", name="FORCE").click()
    expect(page.locator("#machine-trend h2")).to_contain_text("FORCE")
    expect(page.locator("#machine-trend .moment")).to_be_attached()
    shoot(page, "read-8-machine")


def test_a_machine_is_watched_as_it_is(page, live, committed_plant, floor):
    plant, machine = committed_plant, floor.machine()
    page.set_default_timeout(10_000)
    press = connection_to(machine, plant.stations["20"], code="PRESS")
    place = {"station": plant.stations["20"]}
    state = tag_of(press, "STATE", "holding:0", **place)
    speed = tag_of(press, "SPEED", "holding:2", value_type="FLOAT32", quantity_unit="1/min", **place)
    parts = tag_of(press, "PARTS", "holding:8", role="COUNTER", books="PART_DONE", report="CHANGE", **place)
    tells_state(state, "IDLE", "RUNNING", "DOWN")
    for tag, value in ((state, 1), (speed, 1200.0), (parts, 3)):
        put(machine, tag, value)
    floor.collector()
    until(lambda: samples_of(parts), "it is watched")
    log_in(page, live, "ines", "/machines/NF/ST-20/")
    page.evaluate("window.unloaded = false")
    expect(page.locator("html[data-live=stream]")).to_be_attached()
    expect(page.locator("h1")).to_contain_text("Running")
    page.get_by_text("As a table").click()
    put(machine, speed, 1350.5)
    expect(page.locator("#machine-values")).to_contain_text("1350.5")
    put(machine, state, 2)
    expect(page.locator(".banner[data-tone=alarm]")).to_contain_text("Down")
    put(machine, parts, 5)
    expect(page.locator("#machine-acts")).to_contain_text("Good parts are done")
    expect(page.locator("#machine-trend details[open] tbody tr")).not_to_have_count(0)
    shoot(page, "watch-0-down")
    page.get_by_role("link", name="PARTS").click()
    expect(page.locator("#machine-trend h2")).to_contain_text("PARTS")
    expect(page.locator("#machine-values a[aria-current]")).to_have_text("PARTS")
    page.get_by_role("link", name="10 min").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("tag=PARTS&period=10m"))
    page.get_by_role("link", name="Earlier").click()
    expect(page.get_by_role("link", name="Now")).to_be_visible()
    assert page.evaluate("window.unloaded === false")
    floor.do(machine.unplug())
    expect(page.locator(".banner[data-tone=caution]")).to_contain_text("PRESS: ")
    expect(page.locator("h1")).to_contain_text("Not known")
    shoot(page, "watch-1-lost")


def test_an_engineer_connects_a_secured_server(page, live, committed_plant, floor):
    plant = committed_plant
    page.set_default_timeout(15_000)
    ours = make_certificate(name="Collector", application_uri="urn:plantwright:tests:journey")
    theirs = make_certificate(name="Press", application_uri=APPLICATION_URI)
    access = Access(
        theirs.certificate, theirs.private_key, clients=(ours.certificate,), users={"mes": "a secret of the press"}
    )
    nodes = [Variable("Press/Temperature", 181.5), Variable("Press/Count", 7, ValueType.UINT64)]
    with OpcUaServer(nodes, access) as server:
        with open_door(person=None):
            profile = SecurityProfile(site=plant.site, code="PRESS", name="The press", user_name="mes")
            profile.certificate, profile.private_key = _pem(ours.certificate), ours.private_key.decode()
            profile.trusted, profile.password = _pem(theirs.certificate), "a secret of the press"
            profile.save()
            given = {"kind": "OPCUA", "address": server.address, "period_ms": 200, "timeout_ms": 8000}
            Connection.objects.create(site=plant.site, code="UA-1", name="Secured press", security=profile, **given)
        _connects(page, live, server, floor)


def _pem(der: bytes) -> str:
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()


def _connects(page: Page, url: str, server: OpcUaServer, floor: Floor) -> None:
    log_in(page, url, "hiroshi", "/connections/NF/UA-1/")
    page.get_by_role("link", name="Browse the server").click()
    page.get_by_role("link", name="Press", exact=True).click()
    shoot(page, "ua-0-browse")
    page.get_by_label("Temperature").check()
    page.get_by_label("Count").check()
    page.get_by_label("Station").select_option("ST-20")
    page.get_by_label("Reason").fill("The press comes into use")
    page.get_by_role("button", name="Make tags").click()
    expect(page.get_by_text("2 tags are made")).to_be_visible()
    assert set(Tag.objects.values_list("code", "value_type")) == {("Temperature", "FLOAT64"), ("Count", "UINT64")}
    page.get_by_label("Tag", exact=True).select_option(label="Temperature")
    page.get_by_role("button", name="Read it now").click()
    expect(page.locator("#tested")).to_contain_text("181.5")
    expect(page.locator("#tested")).to_contain_text("Good")
    shoot(page, "ua-1-tested")

    floor.collector()
    values = page.get_by_role("region", name="Values")
    expect(values).to_contain_text("181.5", timeout=30_000)
    server.set("Press/Temperature", 190.25)
    expect(values).to_contain_text("190.25")

    address = "nsu=urn:plantwright:simulator:machine;s=Press/"
    rows = (
        "code,address,value_type,quantity_unit,role,books",
        f"Temperature,{address}Temperature,FLOAT64,°C,,",
        f"Count,{address}Count,UINT64,,COUNTER,PART_DONE",
    )
    take(page, "\n".join(rows))
    page.get_by_role("button", name="Take 2 tags").click()
    expect(page.get_by_text("0 tags are made, 2 changed, 0 were so already.")).to_be_visible()
    expect(values).to_contain_text("190.25 °C", timeout=30_000)

    count = Tag.objects.get(code="Count")
    with open_door(person=None):  # as after a restore from a backup: the number that comes next is there already
        MachineEvent.objects.create(
            site=count.site, station=count.station, tag=count, number=1, books="PART_DONE", at=timezone.now()
        )
    server.set("Press/Count", 9)
    expect(page.get_by_role("region", name="Quarantine")).to_contain_text("machine_event_once", timeout=30_000)
    server.unplug()
    expect(page.locator("#connection")).to_contain_text("Nobody answers at this address", timeout=30_000)
    shoot(page, "ua-3-lost")
    server.plug_in()
    gaps = page.get_by_role("table", name="Not watched, last 24 hours")
    expect(gaps).not_to_contain_text("lasts", timeout=60_000)
    expect(gaps).to_contain_text("The machine closed the connection.")
    shoot(page, "ua-4-back")


def take(page: Page, table: str) -> None:
    """Choose a file of tags, and look at what it would change."""
    file = {"name": "tags.csv", "mimeType": "text/csv", "buffer": table.encode()}
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="What changes")).to_be_visible()
    shoot(page, "ua-2-table")
    page.get_by_label("Reason").fill("The list of the maker")
