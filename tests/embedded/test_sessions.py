"""The servers live exactly as long as somebody uses them, however those users end."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from redis import Redis

from mes.embedded.home import ROOT, EmbeddedError, Home
from mes.embedded.locks import is_held
from mes.embedded.sessions import environment, servers
from tests.embedded.conftest import processes_naming
from tests.embedded.waiting import becomes_true


def pid_of(home: Home, part: str) -> int:
    return int(next(line for line in processes_naming(home.path) if part in line).split()[0])


def pid_of_broker(home: Home) -> int:
    url = environment(home)["REDIS_URL"]
    return int(Redis.from_url(url).info("server")["process_id"])


def answers(home: Home) -> bool:
    try:
        with psycopg.connect(environment(home)["DATABASE_URL"]) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.Error:
        return False


def stopped(home: Home) -> bool:
    return not is_held(home.lock_file("keeper")) and not processes_naming(home.path)


@pytest.fixture(autouse=True)
def nobody_left(home: Home, nothing_external: None) -> Iterator[None]:
    """The keeper looks a few times a second whether it is still needed; the next test wants one of its own."""
    yield
    assert becomes_true(lambda: stopped(home))


def test_two_roles_a_password_and_no_network(home: Home) -> None:
    with servers(home) as found:
        with psycopg.connect(found["DATABASE_OWNER_URL"]) as owner:
            assert owner.execute("SELECT current_user, version() >= 'PostgreSQL 16'").fetchone() == (
                "plantwright_owner",
                True,
            )
            assert owner.execute("SHOW listen_addresses").fetchone() == ("",)
            assert owner.execute("SHOW timezone").fetchone() == ("UTC",)
            superusers = owner.execute("SELECT rolname FROM pg_roles WHERE rolsuper AND rolcanlogin").fetchall()
            owner.execute("CREATE EXTENSION btree_gist")
        with psycopg.connect(found["DATABASE_URL"]) as application, pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute("CREATE TABLE smuggled ()")
        for role in ("plantwright_app", superusers[0][0]):
            refused = found["DATABASE_URL"].replace("plantwright_app:", f"{role}:wrong")
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(refused)
    assert becomes_true(lambda: stopped(home))


def test_data_survives_a_restart(home: Home) -> None:
    with servers(home) as found:
        with psycopg.connect(found["DATABASE_OWNER_URL"]) as owner:
            owner.execute("CREATE TABLE kept (n int)")
            owner.execute("INSERT INTO kept VALUES (7)")
        assert Redis.from_url(found["REDIS_URL"]).config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    assert becomes_true(lambda: stopped(home))
    with servers(home) as again, psycopg.connect(again["DATABASE_OWNER_URL"]) as owner:
        assert again == found
        assert owner.execute("SELECT n FROM kept").fetchone() == (7,)


def test_the_last_of_two_users_ends_the_servers(home: Home, user_of_servers) -> None:
    first, second = user_of_servers(), user_of_servers()
    assert len([line for line in processes_naming(home.path) if " keep " in line]) == 1
    first.communicate("")
    assert not becomes_true(lambda: not answers(home), within_s=1)
    second.communicate("")
    assert becomes_true(lambda: stopped(home))


def test_who_started_the_servers_forgets_no_process_of_its_own(home: Home) -> None:
    """Python says so at the end, where it is asked to: "subprocess … is still running"."""
    code = (
        "import os; from pathlib import Path; from mes.embedded.home import Home;"
        "from mes.embedded.sessions import servers\n"
        f"with servers(Home(Path({str(home.path)!r}), durable=False)):\n"
        "    try: print(os.waitpid(-1, os.WNOHANG))\n"
        "    except ChildProcessError: print('no child')"
    )
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("no child\n", "")


def test_a_user_killed_by_kill_9_leaves_nothing_behind(home: Home, user_of_servers) -> None:
    user_of_servers().kill()
    assert becomes_true(lambda: stopped(home))


def test_a_killed_keeper_takes_its_servers_along(home: Home, user_of_servers) -> None:
    user_of_servers()
    broker = pid_of_broker(home)
    os.kill(pid_of(home, " keep "), signal.SIGKILL)
    assert becomes_true(lambda: not [line for line in processes_naming(home.path) if "postgres -D" in line])
    assert becomes_true(lambda: not os.path.exists(f"/proc/{broker}"))


def test_a_killed_postgres_or_broker_is_started_again(home: Home, user_of_servers) -> None:
    user_of_servers()
    os.kill(pid_of(home, "postgres -D"), signal.SIGKILL)
    assert becomes_true(lambda: not answers(home), within_s=5) or answers(home)
    assert becomes_true(lambda: answers(home))
    broker = pid_of_broker(home)
    os.kill(broker, signal.SIGKILL)
    assert becomes_true(lambda: not os.path.exists(f"/proc/{broker}"))
    with Redis.from_url(environment(home)["REDIS_URL"], socket_connect_timeout=1) as client:
        assert becomes_true(lambda: _pings(client))


def test_a_taken_broker_port_is_replaced(home: Home) -> None:
    port = int(home.secrets["broker_port"])
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        with servers(home) as found:
            assert f":{port}/" not in found["REDIS_URL"]
            assert Redis.from_url(found["REDIS_URL"]).ping()


def test_external_servers_win_and_nothing_is_started(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://me:pw@db.example/plant")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    monkeypatch.setenv("REDIS_URL", "redis://broker.example/0")
    with servers(Home(tmp_path / "home")) as found:
        assert found["DATABASE_URL"] == found["DATABASE_OWNER_URL"] == "postgresql://me:pw@db.example/plant"
        assert found["REDIS_URL"] == "redis://broker.example/0"
        assert not is_held(tmp_path / "home" / "locks" / "keeper")


def test_servers_started_without_a_broker_say_so_to_who_needs_one(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://broker.example/0")
    with servers(home):
        monkeypatch.delenv("REDIS_URL")
        with pytest.raises(EmbeddedError, match="run without broker"), servers(home):
            pass


def test_manage_py_picks_the_role_that_fits_the_command(home: Home) -> None:
    def manage(*command: str) -> str:
        variables = os.environ | {"MES_HOME": str(home.path), "DJANGO_SETTINGS_MODULE": "mes.settings.demo"}
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    ask = "from django.db import connection as c; k = c.cursor(); k.execute('SELECT current_user'); print(k.fetchone())"
    with servers(home):
        assert "plantwright_app" in manage("shell", "--no-imports", "-c", ask)
        assert "Planned operations" in manage("migrate", "--plan")


def _pings(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except Exception:
        return False
