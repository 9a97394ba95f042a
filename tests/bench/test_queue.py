"""What a station's queue costs PostgreSQL at 9,000 waiting units, by every rule and with either kind of plan."""

import re
from statistics import median
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg.sql import Literal

from equipment.models import Station
from equipment.status import DispatchRule
from tests.bench.plant_at_scale import UNITS, fill
from tests.bench.report import note
from wip.models import OpenOperation
from wip.queues import COUNTED, places_at

pytestmark = pytest.mark.bench

# By its own plan it is planned anew each time, which takes longer than to find what is first.
MOST_MS, TIMES = {"force_custom_plan": 8, "force_generic_plan": 4}, 15
# Each rule, and where it looks at the last job's setup, one that many have and one that few have.
QUEUES = [*((rule, "") for rule in DispatchRule), (DispatchRule.FAMILY, "F-1"), (DispatchRule.FAMILY, "RARE")]


def asked_of(station: Station, family: str) -> tuple[str, dict[str, Any]]:
    """The statement of the station's queue, and its values."""
    sent: list[tuple[str, Any]] = []

    def listen(execute, sql, params, many, context):
        sent.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        places_at(station, family, ready=COUNTED + 1, coming=COUNTED + 1)
    return sent[-1]


def times_ms(sql: str, values: dict[str, Any], plan: str) -> list[float]:
    """What PostgreSQL says that it takes: planning where it plans, and execution."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", sql)))
    numbered = re.sub(r"%\((\w+)\)s", lambda place: f"${names.index(place[1]) + 1}", sql)
    with connection.cursor() as cursor:
        server = psycopg.ClientCursor(cursor.connection)
        server.execute(f"SET plan_cache_mode = {plan}")
        server.execute(f"PREPARE queue AS {numbered}")
        given = ", ".join(Literal(values[name]).as_string(server) for name in names)
        taken = []
        for _ in range(TIMES):
            server.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE queue({given})")
            ((answer,),) = server.fetchone()
            taken.append(answer["Planning Time"] + answer["Execution Time"])
        server.execute("DEALLOCATE queue")
        server.execute("RESET plan_cache_mode")
    return taken


def test_the_statement_of_a_queue_is_short_at_thousands_of_waiting_units(committed_plant):
    fill(committed_plant)
    station = Station.objects.select_related("site", "work_center").get(pk=committed_plant.stations["10"].pk)
    assert OpenOperation.objects.filter(station_class=station.station_class_id).count() > UNITS - 10
    note("| queue ranked by | own plan ms | kept plan ms |\n|---|---|---|")
    slow = []
    for rule, family in QUEUES:
        station.dispatch_rule = rule
        sql, values = asked_of(station, family)
        own, kept = (median(times_ms(sql, values, plan)) for plan in MOST_MS)
        note(f"| {rule.label}{family and f': {family}'} | {own:.1f} | {kept:.1f} |")
        if any(taken >= most for taken, most in zip((own, kept), MOST_MS.values(), strict=True)):
            slow.append(f"{rule} {family}: {own:.1f}, {kept:.1f}")
    assert not slow, "slow queues:\n" + "\n".join(slow)
