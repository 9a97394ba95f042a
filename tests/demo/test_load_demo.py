"""The demo plant: loaded once, whole or not at all, never with production settings; and its badge sheet."""

import io
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from equipment.calendars.policies import check_calendar
from equipment.calendars.queries import timetable_of
from equipment.calendars.spans import shift_at
from equipment.models import (
    Area,
    AssetUse,
    Calendar,
    CalendarException,
    HelpCall,
    PhysicalAsset,
    ReasonTree,
    Site,
    Station,
    Tag,
    WorkCenter,
)
from equipment.policies import defect_at
from equipment.queries import area_of
from genealogy.models import Activity, Unit
from mes.demo import loading
from mes.demo.cell import FIRST
from mes.demo.lots import CHARGED_WITH, RUSHED
from mes.demo.master_data import FOLDER, plant_files
from mes.demo.people import PASSWORD, PINS
from mes.demo.stock import SUSPECT_LOT
from mes.kernel.audit.models import RefusedAttempt
from mes.kernel.personnel.actions.secrets import confirm_password, confirm_pin
from mes.kernel.personnel.models import Person, PersonQualification
from mes.kernel.personnel.roles import Role
from mes.plantfiles.folders import read_folder
from mes.plantfiles.importers import rehearse
from mes.plantfiles.kinds import KINDS
from mes.plantfiles.writing import export
from orders.models import ProductRevision, RoutingRevision, Step, StepKind, WorkOrder
from tests.demo.conftest import NOW
from tests.demo.pasts import machines_ran_while_jobs_ran
from tests.flow import check_balances
from wip.models import (
    Batch,
    DispatchPin,
    ExecutionEvent,
    Hold,
    LineClearance,
    OperationExecution,
    Permit,
    ProcessException,
    Reading,
    Rework,
)
from wip.planning.boards import board_of, stations_of
from wip.planning.conflicts import conflicts
from wip.queries import running_at
from wip.queues import queue_at
from wip.redlines import redlines_on


def load(*arguments: str) -> str:
    out = io.StringIO()
    call_command("load_demo", *arguments, stdout=out)
    return out.getvalue()


def test_it_refuses_settings_that_are_not_a_demos(committed_database) -> None:
    with pytest.raises(CommandError, match="MES_DEMO"):
        load()
    assert not Person.objects.exists()


def test_it_refuses_a_database_with_a_plant(demo, committed_plant) -> None:
    with pytest.raises(CommandError, match="has a plant already"):
        load()
    assert "nothing is loaded" in load("--if-empty")
    assert Site.objects.count() == 2


def test_an_interrupted_load_leaves_nothing(demo, monkeypatch) -> None:
    def interrupted(history) -> None:
        assert WorkOrder.objects.count() == 84
        raise KeyboardInterrupt

    monkeypatch.setattr(loading.History, "play", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load()
    assert not Person.objects.exists()
    assert loading.is_empty()


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 29, 18, 31, tzinfo=UTC),  # the cell has stood still since Saturday morning
        pytest.param(datetime(2026, 11, 30, 5, 40, tzinfo=UTC), marks=pytest.mark.slow),
        pytest.param(datetime(2026, 11, 28, 13, 0, tzinfo=UTC), marks=pytest.mark.slow),
        pytest.param(datetime(2026, 12, 11, 2, 30, tzinfo=UTC), marks=pytest.mark.slow),  # after a holiday
        pytest.param(datetime(2026, 12, 2, 23, 10, tzinfo=UTC), marks=pytest.mark.slow),
    ],
    ids=lambda at: f"{at:%a %H:%M}",
)
def test_it_loads_whenever_somebody_looks_at_it(demo, at) -> None:
    loading.load(at=at, tell=lambda line: None)
    assert not OperationExecution.objects.filter(started_at__gt=at).exists()
    ahead = Unit.objects.exclude(split_from=None).filter(work_order__erp_reference=f"WO-{FIRST - 1 + RUSHED}")
    assert [unit.status for unit in ahead] == ["IN_PROCESS"]
    check_balances()
    machines_ran_while_jobs_ran(at)


def test_the_loaded_plant(loaded, client, settings, django_assert_max_num_queries) -> None:
    """One load, looked at from all sides: loading is what takes long."""
    its_master_data_is_the_folder()
    an_order_is_redlined_and_scrap_replaced()
    the_people_can_log_in()
    the_floor_is_at_work()
    lots_are_in_motion()
    work_is_led()
    mistakes_are_on_record()
    a_month_was_worked()
    the_plant_has_its_data()
    its_machines_name_defects_of_the_site()
    nothing_happens_in_the_future()
    for step in Step.objects.exclude(picture=""):
        assert (settings.MEDIA_ROOT / step.picture.name).is_file(), step.picture.name
    settings.ROOT_URLCONF = "tests.demo.urls"
    with django_assert_max_num_queries(190):
        answer = client.get("/demo/badges/")
    assert answer.status_code == 200
    the_badges_are_on(answer.content.decode())
    settings.ROOT_URLCONF = "mes.urls"
    every_role_finds_its_pages(client)
    settings.ROOT_URLCONF = "tests.demo.urls"
    client.logout()
    assert 'href="/demo/badges/"' in client.get("/login/").content.decode()


def its_master_data_is_the_folder() -> None:
    """What is exported is what is in git, byte for byte; taken in once more, it changes nothing."""
    files, there = read_folder(FOLDER), export(KINDS, None)
    assert plant_files(NOW.date()) == files
    assert there == {name: content for name, content in files.items() if name != "README.md"}
    again = rehearse(files, Person.objects.get(username="administrator"), NOW, is_trusted=True)
    assert again.changes == again.awaiting == []
    assert sum(counts["unchanged"] for counts in again.counts.values()) > 100


def an_order_is_redlined_and_scrap_replaced() -> None:
    (redline,) = redlines_on(WorkOrder.objects.get(erp_reference="WO-30002"))
    assert redline.applied_by == Person.objects.get(username="quality")
    replacement = Unit.objects.get(replaces__isnull=False)
    assert (replacement.work_order.erp_reference, replacement.replaces.status) == ("WO-10483", "SCRAPPED")


def the_people_can_log_in() -> None:
    roles = {person.username for person in Person.objects.all()}
    assert set(Role.values) <= roles
    for username, pin in PINS.items():
        person = Person.objects.get(username=username)
        assert confirm_password(person=person, password=PASSWORD, at=NOW) == person
        assert bool(pin) == bool(person.badge)
        if pin:
            assert confirm_pin(person=person, pin=pin, at=NOW) == person


def the_floor_is_at_work() -> None:
    statuses = list(WorkOrder.objects.values_list("status", flat=True))
    assert len(statuses) == 84
    assert sum(one in ("COMPLETED", "CLOSED") for one in statuses) >= 28
    assert statuses.count("RUNNING") >= 4
    assert {"RELEASED", "DRAFT"} <= set(statuses)
    operator = Person.objects.get(username="operator")

    for station in Station.objects.all():
        assert running_at(station).exists(), station
    waiting = queue_at(Station.objects.get(code="ST-30"), operator)
    assert waiting.ready
    assert {"ON_HOLD"} <= {verdict.code for one in waiting.blocked for verdict in one.blockers}
    placed = Hold.objects.filter(origin__isnull=True)
    assert placed.filter(status="OPEN", unit__work_order__isnull=False).count() == 5
    assert sorted(hold.operation_code for hold in placed.filter(status="OPEN", work_order__isnull=False)) == [
        "",
        "10",
        "40",
    ]
    assert placed.get(is_automatic=True, work_order=None).unit.product.code == "CV-3"
    assert placed.get(is_automatic=True, unit=None).operation_code == "10"
    assert placed.filter(status="RELEASED").count() == 2
    settled, proposed = placed.filter(reason_code="REWORK").order_by("placed_at")
    assert (settled.status, settled.placed_by.username, settled.released_by.username) == (
        "RELEASED",
        "priya",
        "supervisor",
    )
    assert (proposed.status, proposed.placed_by.username) == ("OPEN", "sofia")
    assert list(proposed.unit.executions.order_by("operation_code").values_list("operation_code", "status")) == [
        (code, "COMPLETED") for code in ("10", "20", "30", "40")
    ]
    assert Hold.objects.filter(origin__unit__serial=SUSPECT_LOT).count() > 10
    assert [permit.quantity_used for permit in Permit.objects.all()] == [Decimal(2)]
    assert sorted(ProcessException.objects.filter(kind="OVERRIDE").values_list("code", flat=True)) == [
        *["JOB_OF_ANOTHER"] * 3,
        "READING_OUT_OF_LIMITS",
        "READING_OUT_OF_LIMITS",
    ]
    assert Unit.objects.filter(status="SCRAPPED").count() >= 2
    assert Reading.objects.exclude(corrects=None).count() >= 3
    assert OperationExecution.objects.filter(events__kind="TAKEN_OVER").exists()
    assert Counter(ProcessException.objects.values_list("kind", flat=True)) == {
        "SKIP": 2,
        "REWORK": 2,
        "QUEUE_TIME": 1,
        "OVERRIDE": 5,
        "REDLINE": 1,
        "CORRECTION": 2,
    }
    assert set(Rework.objects.values_list("status", flat=True)) == {"DONE"}
    assert WorkOrder.objects.get(erp_reference="WO-30001").status == "COMPLETED"


def lots_are_in_motion() -> None:
    """In batches, in parts, on pallets."""
    charges = Counter(Batch.objects.values_list("status", flat=True))
    assert charges == {"COMPLETED": len(CHARGED_WITH), "RUNNING": 1}
    assert all(batch.executions.count() == 2 for batch in Batch.objects.all())
    moved = Activity.objects.filter(kind__in=["SPLIT", "MERGE", "LOAD"]).order_by().values_list("kind")
    assert dict(moved.annotate(Count("pk"))) == {"SPLIT": 3, "MERGE": 1, "LOAD": 2}
    (overlapped,) = Unit.objects.filter(work_order__erp_reference="WO-20013")
    turned, hobbed = (overlapped.executions.get(operation_code=code) for code in ("10", "20"))
    assert turned.started_at < hobbed.started_at < turned.completed_at < hobbed.completed_at
    check_balances()


def work_is_led() -> None:
    """By a rule at each station, pins, a plan with conflicts, and changes of orders by the ERP."""
    rules = {station.code: station.rule for station in Station.objects.select_related("work_center")}
    assert (rules["ST-110"], rules["ST-140"], rules["ST-10"], rules["ST-20"]) == ("FAMILY", "CRITICAL", "DUE", "FAMILY")
    assert rules["ST-130"] == "FIFO"
    pins = DispatchPin.objects.filter(position__isnull=False)
    assert {pin.station.code for pin in pins} == {"ST-10", "ST-110"}
    assert DispatchPin.objects.filter(position=None).exists()
    for center in WorkCenter.objects.select_related("calendar", "site"):
        stations = stations_of(center)
        known = board_of(stations, NOW, NOW + timedelta(hours=20), NOW)
        assert sum(not bar.is_running for bar in known.bars) >= 4, center
        assert {one.code for one in conflicts(known)} & {"OVERLAP", "TOO_EARLY"}, center
    orders = {order.erp_reference: order for order in WorkOrder.objects.all()}
    assert [orders[f"WO-{number}"].quantity for number in (10493, 10495, 20021)] == [12, 13, 48]
    assert orders["WO-10492"].status == "CANCELLED"
    assert (orders["WO-10495"].quantity_released, orders["WO-10495"].is_in_parts) == (8, True)
    assert [orders[f"WO-{number}"].status for number in (10466, 10467, 10469)] == ["CLOSED"] * 3


def mistakes_are_on_record() -> None:
    """Taken back by who made them, corrected by supervisor and quality, or stopped by gates."""
    taken_back = ExecutionEvent.objects.filter(kind="REVERSED").values_list("reverses__kind", flat=True)
    assert Counter(taken_back) == {"STARTED": 4, "BOOKED": 1, "COMPLETED": 2}
    refused = set(RefusedAttempt.objects.values_list("code", flat=True))
    assert refused >= {"OPERATOR_NOT_QUALIFIED", "LINE_NOT_CLEARED", "ON_HOLD", "READING_OUT_OF_LIMITS"}
    assert RefusedAttempt.objects.count() >= 10


def a_month_was_worked() -> None:
    """In shifts, at stations that were cleared, with tools that were used up by it."""
    begun = OperationExecution.objects.order_by("started_at").select_related("station__work_center__calendar")
    assert NOW - begun[0].started_at > timedelta(days=26)
    assert begun.filter(station__work_center__area__code="MACHINING", status="COMPLETED").count() >= 14 * 6
    cell = WorkCenter.objects.get(code="CELL-GS")
    timetable, recent = timetable_of(cell), NOW - timedelta(hours=5)
    for one in begun.filter(station__work_center=cell, started_at__lt=recent):
        assert shift_at(timetable, one.started_at), one
    assert LineClearance.objects.count() >= 20
    assert AssetUse.objects.filter(asset__code="TW-0301", cycles__gt=0).count() >= 40
    assert Reading.objects.exclude(witnessed_by=None).count() >= 50
    assert ExecutionEvent.objects.filter(kind="TAKEN_OVER", execution__station__work_center=cell).exists()


def the_plant_has_its_data() -> None:
    today = NOW.date()
    assert (Person.objects.count(), Station.objects.count(), Area.objects.count()) == (26, 12, 2)
    granted = PersonQualification.objects
    assert granted.filter(expires_date__lt=today).count() == 2
    assert granted.filter(expires_date__gte=today, expires_date__lt=today + timedelta(days=30)).count() == 3
    assert not granted.filter(evidence="").exists()
    states = Counter(asset.calibration_on(today) for asset in PhysicalAsset.objects.select_related("asset_class"))
    assert (states["OVERDUE"], states["MISSING"], states["DUE_SOON"]) == (2, 1, 2)
    assert PhysicalAsset.objects.get(code="TI-1101").cycles_left == 10
    assert Unit.objects.filter(status="QUARANTINED").count() == 2
    assert Unit.objects.get(serial="LOT-88010").expires_date - today < timedelta(days=14)
    assert ReasonTree.objects.filter(status="RELEASED").count() == 7
    assert CalendarException.objects.filter(kind="CLOSED").count() == 4
    assert HelpCall.objects.exclude(status="DONE").count() == 2
    assert ProductRevision.objects.get(status="APPROVED").code == "D"
    assert RoutingRevision.objects.filter(status="DRAFT").count() == 1
    assert WorkOrder.objects.filter(status="RUNNING", due_at__lt=NOW).exists()
    assert set(Step.objects.values_list("kind", flat=True)) == set(StepKind.values)
    for calendar in Calendar.objects.all():
        check_calendar(calendar, on=today)


def its_machines_name_defects_of_the_site() -> None:
    naming = Tag.objects.exclude(defect="").select_related("connection").order_by("code")
    named = {tag.connection.code: str(defect_at(tag.site_id, area_of(tag.station_id), tag.defect)) for tag in naming}
    assert named == {"LATHE-110": "M-DIAMETER Outer diameter out of limits", "LEAK-40": "M-LEAK Leak"}


def nothing_happens_in_the_future() -> None:
    assert not Reading.objects.filter(at__gt=NOW).exists()
    assert not OperationExecution.objects.filter(started_at__gt=NOW).exists()
    assert not OperationExecution.objects.filter(completed_at__gt=NOW).exists()
    worked = OperationExecution.objects.exclude(completed_at=None).exclude(status="SKIPPED")
    late = [one for one in worked if one.completed_at <= one.started_at]
    assert not late


def every_role_finds_its_pages(client) -> None:
    """With everything in it that a plant can have: overdue gauges, open calls, lots in quarantine, lapsed people."""
    for role in (Role.SUPERVISOR, Role.QUALITY, Role.ENGINEER, Role.PLANNER, Role.AUDITOR, Role.ADMINISTRATOR):
        client.force_login(Person.objects.get(username=role.lower()))
        assert client.get("/").status_code == 200, role
    client.force_login(Person.objects.get(username="quality"))
    for page in ("orders", "assets", "calendar", "help-calls", "holds", "gates", "stock"):
        assert client.get(f"/{page}/").status_code == 200, page
    assert b"TW-0302" in client.get("/assets/").content


def the_badges_are_on(page: str) -> None:
    for username, pin in PINS.items():
        person = Person.objects.get(username=username)
        assert person.full_name in page
        assert not pin or f"<dd>{pin}</dd>" in page
        assert not person.pin or person.pin not in page
    assert "Torque tools 2 (lapsed)" in page
    assert page.count("<svg") >= len(PINS) + 10


def test_there_is_no_badge_sheet_outside_the_demo(db, client, settings) -> None:
    assert client.get("/demo/badges/").status_code == 404
    settings.ROOT_URLCONF = "tests.demo.urls"
    assert client.get("/demo/badges/").status_code == 404
