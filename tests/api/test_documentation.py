"""docs/api.md says what is so: its examples are run, by a shell and curl, against the demo plant."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.utils import timezone

from genealogy.models import Unit
from mes.demo.loading import load
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.people.actions.tokens import create_token

DOCUMENT = Path("docs/api.md")
WITH_STATUS = "curl() { command curl -w '\\n%{http_code}' \"$@\"; }\n"
TOKEN, *EXAMPLES = re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)


@pytest.fixture
def shell(committed_database, settings, plant_server):
    """Run an example -> (status, body), with the variables that the document speaks of."""
    settings.MES_DEMO = True
    load(at=timezone.now(), tell=lambda line: None)
    environment = {"API": f"{plant_server.url}/api/v1"}
    with open_door(person=None) as passage:
        for name, username in (("TOKEN", "operator"), ("ERP", "integration"), ("ENGINEER", "engineer")):
            person = Person.objects.get(username=username)
            environment[name] = create_token(person=person, scopes=[], name="docs", by=None, at=passage.at)
    for name, product in (("BOARD", "PCB-7"), ("BATTERY", "BAT-36")):
        environment[name] = Unit.objects.filter(product__code=product, status="FINISHED").latest("created_at").serial

    def run(example: str) -> tuple[int, object]:
        done = subprocess.run(
            ["bash", "-c", WITH_STATUS + example], env=environment, capture_output=True, text=True, timeout=30
        )
        assert done.returncode == 0, done.stderr
        body, _, status = done.stdout.rpartition("\n")
        return int(status), json.loads(body)

    run.environment = environment
    return run


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.slow
def test_every_example_works_as_it_stands(shell):
    for example in EXAMPLES:
        status, body = shell(example)
        assert status in (200, 201), f"{example}\n{status} {body}"
        if "units?order=" in example:
            shell.environment["UNIT"] = body["results"][0]["serial"]
    assert Unit.objects.get(serial=shell.environment["UNIT"]).executions.get().status == "COMPLETED"


def test_the_examples_are_those_of_every_part_of_the_document():
    assert "create_api_token" in TOKEN
    assert len(EXAMPLES) >= 10
    for verb in ("release", "start", "record", "complete", "holds"):
        assert any(f"/{verb}" in example for example in EXAMPLES), verb


def test_the_scopes_in_the_document_are_permissions():
    named = re.findall(r"`([a-z_]+\.[a-z]+)`", DOCUMENT.read_text())
    assert {"orders.view", "operations.work"} <= set(named) <= set(Permission)
