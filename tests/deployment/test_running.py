"""The commands of docker-compose.yml do what their services are for; the order is that of a first start."""

import json
import urllib.error
import urllib.request

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.deployment import image
from tests.deployment.conftest import SECRETS, Machine
from tests.embedded.waiting import becomes_true

pytestmark = pytest.mark.slow  # a whole migration and five programs: half a minute
OWNER = ("plantwright_owner", SECRETS["DATABASE_OWNER_PASSWORD"])
APPLICATION = ("plantwright_app", SECRETS["DATABASE_APP_PASSWORD"])


@pytest.fixture(scope="module")
def migrated(machine: Machine) -> Machine:
    for name in ("roles", "migrate"):
        done = machine.run(name)
        assert done.returncode == 0, done.stdout + done.stderr
    return machine


def test_roles_are_made_once_and_their_passwords_can_be_changed(machine: Machine) -> None:
    for _ in range(2):
        done = machine.run("roles")
        assert (done.returncode, done.stderr) == (0, "")
    assert machine.psql(*APPLICATION, "CREATE TABLE mine ()").returncode != 0
    assert machine.run("roles", DATABASE_APP_PASSWORD="e5").returncode == 0
    assert machine.psql(*APPLICATION, "SELECT 1").returncode != 0
    assert machine.psql("plantwright_app", "e5", "SELECT 1").stdout == "1\n"
    assert machine.run("roles").returncode == 0
    assert machine.psql(*APPLICATION, "SELECT 1").stdout == "1\n"


def test_the_application_can_write_no_ledger_and_alter_nothing(migrated: Machine) -> None:
    for statement, reason in {
        "DELETE FROM audit_auditevent": "permission denied",
        "CREATE TABLE mine ()": "permission denied",
        "DROP TABLE audit_auditevent": "must be owner",
    }.items():
        done = migrated.psql(*APPLICATION, statement)
        assert done.returncode != 0
        assert reason in done.stderr


def test_a_plant_comes_up_and_each_health_check_sees_its_own_program(migrated: Machine) -> None:
    for command in image.of_kind("RUN"):
        if "collectstatic" in command:
            collected = migrated.shell("web", command)
            assert collected.returncode == 0, collected.stderr
    with migrated.running("broker"):
        assert becomes_true(lambda: broker_answers(migrated))
        for name in ("web", "worker", "collector", "beat", "events"):
            assert migrated.check(name).returncode == 1, f"{name} is called well before it runs"
        with migrated.running("web"):
            assert migrated.becomes_well("web")
            assert healthz(migrated)[0] == 503  # the plant is not well yet, this container is
            with (
                migrated.running("worker"),
                migrated.running("collector"),
                migrated.running("beat"),
                migrated.running("events"),
            ):
                for name in ("worker", "collector", "beat", "events"):
                    assert migrated.becomes_well(name), migrated.check(name).stdout
                status, parts = healthz(migrated)
                assert (status, set(parts)) == (200, {"database", "broker", "workers", "collectors", "beat", "events"})
                page_and_its_style(migrated)


def test_a_broker_asks_for_its_password(migrated: Machine) -> None:
    with migrated.running("broker"):
        assert becomes_true(lambda: broker_answers(migrated))
        with pytest.raises(RedisError, match=r"(?i)auth"):
            Redis(port=migrated.broker_port).ping()


def broker_answers(machine: Machine) -> bool:
    try:
        return Redis(port=machine.broker_port, password=SECRETS["BROKER_PASSWORD"]).ping()
    except RedisError:
        return False


def healthz(machine: Machine) -> tuple[int, dict]:
    try:
        with ask(machine, "/healthz") as answer:
            return answer.status, json.load(answer)["parts"]
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)["parts"]


def page_and_its_style(machine: Machine) -> None:
    """The log-in page names a style sheet by its hashed name, and that is served."""
    with ask(machine, "/login/") as answer:
        page = answer.read().decode()
    style = next(part for part in page.split('"') if part.endswith(".css"))
    assert style.startswith("/static/css/")
    assert style.count(".") == 2
    with ask(machine, style) as answer:
        assert "immutable" in answer.headers["Cache-Control"]


def ask(machine: Machine, path: str):
    """As the proxy does: the browser's host name, and that it came by TLS."""
    headers = {"Host": SECRETS["MES_HOST"], "X-Forwarded-Proto": "https"}
    request = urllib.request.Request(f"http://127.0.0.1:{machine.web_port}{path}", headers=headers)
    return urllib.request.urlopen(request, timeout=20)
