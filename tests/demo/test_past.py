"""The machines' day before the demo was loaded: a record as a collector's, which says what people's records say."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database

from equipment.models import (
    Connection,
    ConnectionLease,
    CounterTotal,
    EquipmentState,
    EventDue,
    LatestValue,
    MachineCommand,
    MachineEvent,
    Observation,
    QuarantinedRow,
    Rollup,
    Sample,
    Series,
    Tag,
)
from equipment.tasks import roll_up_samples
from equipment.trends import trend_of
from mes.boards.machine_rows import gap_rows
from mes.demo import loading
from mes.demo.machines import past
from mes.demo.machines.hands import loads
from mes.demo.machines.plan import MACHINES
from mes.demo.machines.testers import single
from tests import databases
from tests.demo.conftest import NOW
from tests.demo.pasts import DAY, course_of, jobs_ran, machines_ran_while_jobs_ran
from wip.facts import values_in_force
from wip.models import OperationExecution

PLANS = {plan.code: plan for plan in MACHINES}


def samples_of(machine: str, code: str) -> list[tuple[datetime, float | str]]:
    """The good values of a tag, in order, each as often as it was stored."""
    tag = Tag.objects.get(connection__code=machine, code=code)
    found = Sample.objects.filter(series__tag=tag, quality=192).order_by("at")
    return [(at, text if value is None else value) for at, value, text in found.values_list("at", "value", "text")]


def changes_of(machine: str, code: str) -> list[tuple[datetime, float | str]]:
    rows = samples_of(machine, code)
    return [row for before, row in zip([(None, None), *rows], rows, strict=False) if before[1] != row[1]]


def stood(machine: str, code: str, at: datetime) -> float | str:
    """The value that a tag had then."""
    return [value for when, value in samples_of(machine, code) if when <= at][-1]


def series_at_the_lathe(code: str) -> int:
    return Series.objects.get(tag__connection__code="LATHE-110", tag__code=code).pk


def done_at(station: str) -> Sequence[OperationExecution]:
    """What was completed there in the last day, in order."""
    found = OperationExecution.objects.filter(station__code=station, status="COMPLETED", completed_at__gt=NOW - DAY)
    return found.select_related("unit").order_by("completed_at")


def check(**given: object) -> str:
    out = StringIO()
    call_command("check_samples", since=(NOW - DAY).isoformat(), until=NOW.isoformat(), stdout=out, **given)
    return out.getvalue()


def test_a_machine_ran_exactly_while_a_job_ran_there(loaded) -> None:
    machines_ran_while_jobs_ran(NOW)


def test_between_jobs_it_is_idle_set_up_or_out_of_order_with_a_fault_code(loaded) -> None:
    states = {code: {spell.state for spell in course_of(plan, NOW)} for code, plan in PLANS.items()}
    assert states == {
        "LATHE-110": {"RUNNING", "IDLE", "SETUP", "DOWN", ""},
        "LEAK-40": {"RUNNING", "IDLE", "DOWN"},
        "TORQUE-30": {"RUNNING", "IDLE"},
        "FURNACE-140": {"RUNNING", "IDLE", "STOPPED"},
    }
    for code in ("LATHE-110", "LEAK-40"):
        (down,) = (spell for spell in course_of(PLANS[code], NOW) if spell.state == "DOWN")
        faults = [(at, value) for at, value in changes_of(code, "fault") if value]
        assert [at for at, _ in faults] == [down.begins_at], code


def test_what_the_machines_measured_is_what_people_read(loaded) -> None:
    tested, driven = done_at("ST-40"), done_at("ST-30")
    assert len(tested) > 10
    assert len(driven) > 10
    for machine, tag, executions, step, sample in (
        *(("TORQUE-30", f"torque-{screw}", driven, "TORQUE", screw) for screw in range(1, 7)),
        ("LEAK-40", "leak", tested, "LEAK", 1),
        ("LEAK-40", "pressure", tested, "PRESSURE", 1),
    ):
        readings = values_in_force([one.pk for one in executions])
        read = {one.execution_id: one.number for one in readings if (one.step_code, one.sample) == (step, sample)}
        assert [stood(machine, tag, one.completed_at) for one in executions] == [
            single(float(read[one.pk])) for one in executions
        ], tag
    assert [stood("LEAK-40", "serial", one.completed_at) for one in tested] == [one.unit.serial for one in tested]
    leaky = [at for at, value in changes_of("LEAK-40", "result") if value == 2]
    assert leaky == [one.completed_at for one in tested if one.quantity_scrapped]


def test_the_lathe_counted_what_people_booked(loaded) -> None:
    counted = changes_of("LATHE-110", "good")
    for one in done_at("ST-110"):
        began = max(NOW - DAY, one.started_at)
        its = [value for at, value in counted if began <= at <= one.completed_at]
        assert its == list(range(int(one.quantity_good) + 1)), one
    (running,) = OperationExecution.objects.filter(station__code="ST-110", status="RUNNING")
    assert counted[-1][1] == running.quantity_good == 12
    assert samples_of("LATHE-110", "nc-program")[-1][1] == "GS24-OP10"


def test_the_furnace_was_hot_while_a_charge_was_in_it(loaded) -> None:
    for begin, end in jobs_ran(PLANS["FURNACE-140"], NOW):
        shown = [value for at, value in samples_of("FURNACE-140", "temperature") if begin < at.timestamp() < end]
        assert 900 < max(shown) < 960
    outside = [spell for spell in course_of(PLANS["FURNACE-140"], NOW) if spell.state != "RUNNING"]
    for spell in outside:
        between = [v for at, v in samples_of("FURNACE-140", "temperature") if spell.begins_at < at < spell.ends_at]
        assert set(between) == {20.0}


def test_check_samples_finds_nothing_wrong_and_would_find_a_value_that_is_missing(loaded) -> None:
    said = check()
    for plan in PLANS.values():
        for code in plan.points:
            assert re.search(f"{plan.code} {code}: 1[4-9]", said), "one a minute at least"
    with databases.as_owner(database.settings_dict["NAME"]) as owner:
        owner.execute(f"ALTER TABLE equipment_sample_{NOW:%Y%m%d} DISABLE TRIGGER USER")
        wear = series_at_the_lathe("wear")
        hour = NOW - timedelta(hours=1)
        owner.execute(
            "DELETE FROM equipment_sample WHERE series_id = %s AND at BETWEEN %s AND %s",
            [wear, hour, hour + timedelta(minutes=2)],
        )
    with pytest.raises(CommandError, match="1 silences are too long"):
        check()


def test_a_break_of_the_link_and_the_end_are_on_record_with_their_reasons(loaded) -> None:
    lathe = Connection.objects.select_related("site").get(code="LATHE-110")
    later = NOW + timedelta(minutes=1)
    last, broken = gap_rows(lathe, later, DAY)
    assert (broken.length, broken.reason) == (timedelta(minutes=6), "The machine closed the connection.")
    assert (last.since, last.until, last.reason) == (NOW, None, "The collector was stopped.")
    in_it = Sample.objects.filter(series__tag__connection=lathe, at__gt=broken.since, at__lt=broken.until)
    assert not in_it.exists()
    bad = Sample.objects.filter(series__tag__connection=lathe, at=broken.since, quality__lt=64)
    assert bad.count() == lathe.tags.count(), "one bad value a tag at the edge"


def test_nothing_but_values_and_states_comes_of_it(loaded) -> None:
    for model in (MachineEvent, EventDue, CounterTotal, MachineCommand, QuarantinedRow):
        assert not model.objects.exists(), model
    assert not EquipmentState.objects.filter(ended_at=None).exists()
    assert not LatestValue.objects.filter(quality__gte=64).exists(), "nobody looks any more"
    assert set(ConnectionLease.objects.values_list("owner", "epoch", "expires_at")) == {("", 0, None)}
    assert 40_000 < Sample.objects.count() < 60_000


def test_hands_wait_until_a_collector_sees_their_machine_now(loaded, tmp_path: Path) -> None:
    assert loads(tmp_path) == {}


def test_the_task_rolls_it_up_and_a_trend_has_the_whole_day(loaded) -> None:
    load = series_at_the_lathe("load")
    before = trend_of(load, NOW - DAY, NOW)
    roll_up_samples()
    rolled = Rollup.objects.filter(series=load, width_s=60)
    assert rolled.count() > 1_430, "each of 1,440 minutes but six"
    after = trend_of(load, NOW - DAY, NOW)
    assert after == before, "until then it is told from the samples"
    assert len(after.moments) > 280
    assert after.moments[0].at <= NOW - DAY + timedelta(minutes=5)
    assert max(one.most or 0 for one in after.moments) > 500
    week = trend_of(load, NOW - 7 * DAY, NOW)
    assert week.moments[0].at >= NOW - DAY - timedelta(hours=1)


def test_it_is_written_once(loaded) -> None:
    before = Sample.objects.count(), Observation.objects.count(), EquipmentState.objects.count()
    out = StringIO()
    call_command("load_demo", "--if-empty", stdout=out)
    assert "nothing is loaded" in out.getvalue()
    past.write(at=NOW)
    assert before == (Sample.objects.count(), Observation.objects.count(), EquipmentState.objects.count())


def test_what_a_collector_has_by_then_has_no_past(demo, monkeypatch) -> None:
    """Where one runs while the demo is loaded it claims at once, and what it sees is its own."""

    def claimed(*, at: datetime) -> int:
        ConnectionLease.objects.filter(connection__code="LEAK-40").update(owner="another", epoch=1)
        return write(at=at)

    write = past.write
    monkeypatch.setattr(past, "write", claimed)
    loading.load(at=NOW, tell=lambda line: None)
    watched = set(Observation.objects.values_list("connection__code", flat=True))
    assert watched == {"LATHE-110", "TORQUE-30", "FURNACE-140"}
    assert not EquipmentState.objects.filter(station__code="ST-40").exists()
