"""Whatever was done, taking it back leaves every table as it was: rows are added, none is changed or deleted."""

import json
from collections import Counter
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from genealogy.models import Unit
from mes.kernel.refusals import Refusal
from mes.station.actions.operations import Completion
from tests.equipment.assets import asking_for_a_wrench
from tests.model.floor.routing import TAKES
from tests.model.floor.verbs import Verbs, verbs_on
from tests.undo import undo
from wip.models import OpenOperation, OperationExecution
from wip.queries import execution_at
from wip.undoing import SomethingFollowed

pytestmark = pytest.mark.django_db

# What is added to and never changed: what takes back names what it takes back.
ADDED_TO = {"wip_executionevent", "genealogy_activity", "genealogy_activityunit", "wip_reading", "equipment_assetuse"}
ADDED_TO |= {"wip_processexception", "audit_signature"}
FOUND_ANEW = {"wip_openoperation"}
TIME = {"wip_laborspan"}


def picture() -> dict[str, dict[str, dict[str, Any]]]:
    """Every row of the floor's tables by table and key; histories of rows are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '%%historical%%'"
            " AND tablename ~ '^(wip|genealogy|orders|equipment|audit_signature)'"
        )
        found: dict[str, dict[str, dict[str, Any]]] = {name: {} for (name,) in cursor.fetchall()}
        each = (f"SELECT '{name}', to_jsonb(row) FROM {name} row" for name in found)
        cursor.execute(" UNION ALL ".join(each))
        for name, row in ((name, json.loads(row)) for name, row in cursor.fetchall()):
            found[name][str(row.get("id") or row.get("digest"))] = row
    return found


def check_restored(before: dict[str, Any], now: dict[str, Any]) -> None:
    """Nothing is deleted, nothing counts that was not there; what was done and what took it back come out even."""
    added: dict[str, dict[str, Any]] = {}
    for name, rows in before.items():
        if name in FOUND_ANEW:
            assert _without_keys(rows) == _without_keys(now[name]), name
            continue
        assert rows.keys() <= now[name].keys(), f"{name}: rows are gone"
        added[name] = {key: row for key, row in now[name].items() if key not in rows}
        if name not in TIME:
            assert {key: now[name][key] for key in rows} == rows, name
    others = {name for name, rows in added.items() if rows} - ADDED_TO - TIME - {"wip_operationexecution"}
    assert not others, f"new rows count in {others}"
    check_time(before["wip_laborspan"], now["wip_laborspan"], now["wip_operationexecution"])
    for row in added["wip_operationexecution"].values():
        assert (row["status"], row["is_current"], row["quantity"]) == ("CANCELLED", False, 0)
    check_even(added)


def check_even(added: dict[str, dict[str, Any]]) -> None:
    sums: Counter = Counter()
    for row in added["wip_executionevent"].values():
        for name in ("started", "good", "scrap"):
            sums["event", row["execution_id"], name] += Decimal(str(row[name]))
    for row in added["equipment_assetuse"].values():
        sums["cycles", row["asset_id"]] += Decimal(str(row["cycles"]))
        sums["hours", row["asset_id"]] += Decimal(str(row["hours"]))
    assert not any(sums.values()), f"{sums} are left"
    for name in ("wip_executionevent", "genealogy_activity"):
        by = Counter(row["reverses_id"] for row in added[name].values() if row["reverses_id"])
        done = Counter(row["id"] for row in added[name].values() if not row["reverses_id"])
        assert by == done, f"{name}: not all that was done was taken back, once"
    readings = Counter((r["execution_id"], r["step_code"], r["is_void"]) for r in added["wip_reading"].values())
    for execution, step, is_void in list(readings):
        assert readings[execution, step, True] == readings[execution, step, False], f"{step} counts {is_void}"


def check_time(before: dict[str, Any], now: dict[str, Any], executions: dict[str, Any]) -> None:
    """The same people are on the same jobs; what one did on a job that was taken back counts nothing."""

    def on(spans: dict[str, Any]) -> Counter:
        open_ones = [span for span in spans.values() if span["ended_at"] is None]
        counting = (one for one in open_ones if executions[one["execution_id"]]["status"] != "CANCELLED")
        return Counter((one["execution_id"], one["person_id"]) for one in counting)

    assert on(before) == on(now)


def _without_keys(rows: dict[str, Any]) -> list[str]:
    return sorted(str({name: value for name, value in row.items() if name != "id"}) for row in rows.values())


# What can be done next on a unit of the floor's line


def acts_on(verbs: Verbs, serial: str, part: str) -> list[tuple[str, partial]]:
    """Each with its operation."""
    found = []
    for code in OpenOperation.objects.filter(unit__serial=serial, is_ready=True).values_list(
        "operation_code", flat=True
    ):
        found.append((code, partial(verbs.start, serial, code)))
        found.append((code, partial(verbs.skip, serial, code)))
    for one in OperationExecution.objects.filter(unit__serial=serial, status="RUNNING").select_related("worked_by"):
        code, who = one.operation_code, one.worked_by.username
        given = "PEG" if code == TAKES else "LOOK"
        value = part if code == TAKES else "fine"
        reason = "Looked again" if code != TAKES and one.readings.filter(is_void=False).exists() else ""
        other = "tomasz" if who == "amina" else "amina"
        found += [
            (code, partial(verbs.give, serial, code, given, value, reason, who)),
            (code, partial(verbs.book, serial, code, 3, 0, who)),
            (code, partial(verbs.book, serial, code, 1, 1, who)),
            (code, partial(verbs.complete, serial, code, 0, who)),
            (code, partial(verbs.complete, serial, code, int(one.quantity_open), who)),
            (code, partial(verbs.people, "take_over", serial, code, other)),
            (code, partial(verbs.people, "pause", serial, code, who)),
            (code, partial(verbs.people, "join", serial, code, other)),
        ]
    return sorted(found, key=lambda act: (act[0], str(act[1].func.__name__), str(act[1].args)))


NOT_ACTS = {"pause", "join"}  # their time is corrected, not taken back
picks = st.lists(st.integers(0, 60), min_size=4, max_size=14)
of_hypothesis = settings(
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.long
@pytest.mark.parametrize("by_lot", [True, False])
def test_what_is_taken_back_has_never_been(plant, by_lot):
    verbs, seen = verbs_on(plant), Counter()

    @settings(of_hypothesis, max_examples=25)
    @given(picks=picks)
    def example(picks):
        with transaction.atomic():
            order = verbs.order(8 if by_lot else 1, by_lot=by_lot)
            serial, part = order.units.get().serial, verbs.parts(9)
            for pick in picks:
                do_and_take_back(verbs, serial, part, pick, seen)
            transaction.set_rollback(True)

    example()
    assert set(seen) == {"start", "skip", "give", "complete", "people", *(["book"] if by_lot else [])}


def do_and_take_back(verbs: Verbs, serial: str, part: str, pick: int, seen: Counter) -> None:
    """Do the act, take it back where that can be done, and do it again."""
    possible = acts_on(verbs, serial, part)
    if not possible:
        return
    code, act = possible[pick % len(possible)]
    before = picture()
    try:
        act()
    except Refusal:
        assert picture() == before, "what was refused left something behind"
        return
    if act.args and act.args[0] in NOT_ACTS:
        return
    done = picture()
    try:
        undo(verbs.plant, Unit.objects.get(serial=serial), code, who="ines", reason="Wrong unit")
    except SomethingFollowed:
        assert picture() == done, "what was refused left something behind"
        return
    check_restored(before, picture())
    seen[act.func.__name__] += 1
    act()


@pytest.mark.long
def test_what_is_taken_back_of_a_pump_has_never_been(plant):
    """With components, samples, tools that wear, and signatures."""
    asking_for_a_wrench(plant)
    unit = plant.fresh(plant.released(1).units.get())
    for code in ("10", "20", "30", "40"):
        execution = partial(execution_at, unit, code)
        taken_back(plant, unit, code, partial(plant.start, unit, code))
        entries = plant.entries(code)
        for entry in entries[:-1]:
            taken_back(plant, unit, code, partial(plant.report, unit, code, entry))
        completion = plant.signed() if code == "40" else Completion()
        taken_back(plant, unit, code, partial(plant.report, unit, code, entries[-1], completion=completion))
        assert execution().status == "COMPLETED"
    assert Unit.objects.get(pk=unit.pk).status == "FINISHED"


def taken_back(plant, unit, code, act) -> None:
    """Do it, take it back twice over, and do it again."""
    for _ in range(2):
        before = picture()
        act()
        undo(plant, unit, code, who="ines", reason="Wrong unit", execution=latest(unit, code))
        check_restored(before, picture())
    act()


def latest(unit: Unit, code: str) -> OperationExecution:
    return OperationExecution.objects.filter(unit=unit, operation_code=code).order_by("-started_at")[0]
