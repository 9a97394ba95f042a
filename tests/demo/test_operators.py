"""Simulated operators: the plant moves, by rules that hold for everybody, and never where a person works."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from random import Random
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F

from equipment.models import Station
from genealogy.models import Unit
from mes.demo.operators import Operators
from mes.embedded.home import ROOT
from mes.kernel.audit.models import RefusedAttempt
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.station.actions.logons import log_off, log_on, register_device
from mes.station.models import StationDevice
from tests.demo.conftest import NOW
from wip.models import ExecutionEvent, OperationExecution
from wip.queries import running_at
from wip.status import ExecutionStatus

LOOKS, PACE = 40, 3


@pytest.mark.long
def test_they_work_and_leave_people_alone(loaded) -> None:
    amina, bench = Person.objects.get(username="operator"), Station.objects.get(code="ST-30")
    hers = running_at(bench).get()
    ines = Person.objects.get(username="supervisor")
    with open_door(person=ines, at=NOW):
        register_device(station=bench, by=ines, at=NOW)
    with open_door(person=amina, at=NOW):
        log_on(device=StationDevice.objects.get(), person=amina, at=NOW)
    events, refused = ExecutionEvent.objects.count(), RefusedAttempt.objects.count()

    operators = Operators(Random(7), pace=PACE)
    done = [operators.look(NOW + timedelta(seconds=30 * look)) for look in range(1, LOOKS + 1)]

    assert sum(done) > LOOKS
    assert ExecutionEvent.objects.count() - events > LOOKS
    completed = OperationExecution.objects.filter(completed_at__gt=NOW)
    assert completed.values("station").distinct().count() >= 4
    assert completed.filter(station__work_center__area__code="MACHINING").exists()
    assert running_at(bench).get() == hers
    assert not ExecutionEvent.objects.filter(at__gt=NOW, station_code="ST-30").exists()
    assert RefusedAttempt.objects.count() - refused <= 2  # they ask for what they may do, not at random
    nothing_is_broken()


def nothing_is_broken() -> None:
    assert not Unit.objects.filter(quantity__lt=F("quantity_consumed") + F("quantity_scrapped")).exists()
    running = OperationExecution.objects.filter(status=ExecutionStatus.RUNNING)
    assert not running.values("unit", "operation_code").annotate(n=Count("pk")).filter(n__gt=1).exists()
    assert not OperationExecution.objects.filter(completed_at__lt=F("started_at")).exists()
    assert not running.exclude(unit__status="IN_PROCESS").exists()


def test_a_job_that_a_person_began_stays_theirs_when_they_log_off(loaded) -> None:
    amina, bench = Person.objects.get(username="operator"), Station.objects.get(code="ST-30")
    hers, ines = running_at(bench).get(), Person.objects.get(username="supervisor")
    with open_door(person=ines, at=NOW):
        register_device(station=bench, by=ines, at=NOW)
    device = StationDevice.objects.get()
    with open_door(person=amina, at=NOW):
        log_on(device=device, person=amina, at=NOW)
    with open_door(person=amina, at=NOW):
        log_off(device=device, by=amina, at=NOW + timedelta(seconds=1))
    operators = Operators(Random(7), pace=50)
    for look in range(1, 4):
        operators.look(NOW + timedelta(minutes=look))
    hers.refresh_from_db()
    assert hers.status == ExecutionStatus.RUNNING


def test_they_are_no_production_staff(settings, db) -> None:
    settings.MES_DEMO = False
    with pytest.raises(CommandError, match="in a demo only"):
        call_command("run_operators", looks=1)


def test_they_stop_at_once_on_a_signal(committed_database) -> None:
    """A process of its own, as the demo starts it; the plant is empty, so that there is nothing to do."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    variables = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "mes.settings.demo"}
    command = [sys.executable, "manage.py", "run_operators", "--skip-checks"]
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "0 things done\n"
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert time.monotonic() - asked < 10
