"""The commands of docs/operations.md bring a plant back as it was: rows, triggers, owners and rights."""

import re
import subprocess

import pytest

from mes.embedded.home import ROOT
from tests.deployment.conftest import SECRETS, Machine

pytestmark = pytest.mark.slow  # a whole migration

GUIDE = (ROOT / "docs" / "operations.md").read_text()
OWNER = ("plantwright_owner", SECRETS["DATABASE_OWNER_PASSWORD"])
APPLICATION = ("plantwright_app", SECRETS["DATABASE_APP_PASSWORD"])
WHAT_IS_THERE = """
SELECT (SELECT count(*) FROM django_migrations),
       (SELECT count(*) FROM pg_trigger WHERE tgenabled = 'O'),
       (SELECT string_agg(relacl::text, ' ' ORDER BY relname) FROM pg_class
         WHERE relnamespace = 'public'::regnamespace),
       (SELECT datacl::text FROM pg_database WHERE datname = 'plantwright'),
       (SELECT string_agg(username, ' ') FROM personnel_person),
       (SELECT count(*) FROM audit_auditevent)
"""


def in_the_guide(machine: Machine, program: str, **streams: object) -> None:
    """Run the guide's own line, without the part that goes into the container."""
    line = re.search(rf"exec -T database ({program} .*?) [<>] plantwright.dump", GUIDE)[1]
    environment = {
        "PATH": str(machine.postgres.programs),
        "PGHOST": str(machine.postgres.socket_folder),
        "PGPASSWORD": SECRETS["DATABASE_SUPERUSER_PASSWORD"],
    }
    done = subprocess.run(line.split(), env=environment, stderr=subprocess.PIPE, text=True, check=False, **streams)
    assert done.returncode == 0, done.stderr


def test_a_restored_plant_is_the_plant_that_was_backed_up(machine: Machine) -> None:
    for name in ("roles", "migrate"):
        assert machine.run(name).returncode == 0
    first = "DJANGO_SUPERUSER_PASSWORD=a-long-one-17 python manage.py createsuperuser --no-input --username first"
    made = machine.shell("web", first)
    assert made.returncode == 0, made.stderr
    before = machine.psql(*OWNER, WHAT_IS_THERE).stdout
    assert before.strip().endswith("|first|2")  # the person and their history, in the ledger
    dump = machine.folder / "plantwright.dump"
    with dump.open("wb") as out:
        in_the_guide(machine, "pg_dump", stdout=out)
    assert machine.psql(*OWNER, "DROP SCHEMA public CASCADE").returncode == 0
    assert machine.run("roles").returncode == 0
    with dump.open("rb") as kept:
        in_the_guide(machine, "pg_restore", stdin=kept)
    assert machine.psql(*OWNER, WHAT_IS_THERE).stdout == before
    assert "permission denied" in machine.psql(*APPLICATION, "DELETE FROM audit_auditevent").stderr
