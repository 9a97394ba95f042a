import sys
import time
from pathlib import Path

from mes.embedded.supervisor import Service, services
from tests.embedded.waiting import becomes_true


def service(tmp_path: Path, code: str) -> Service:
    return Service("worker", [sys.executable, "-c", code], {}, tmp_path / "worker.log")


def test_a_dead_program_is_started_again_and_the_log_named(tmp_path: Path) -> None:
    told: list[str] = []
    flaky = service(tmp_path, "raise SystemExit(3)")
    flaky.start()
    first = flaky.process
    assert becomes_true(lambda: flaky.restart_if_dead(told.append) or flaky.process is not first, within_s=5)
    assert told == [f"worker ended (status 3); starting it again, see {tmp_path / 'worker.log'}"]
    flaky.stop()


def test_a_program_that_keeps_dying_is_started_at_growing_intervals(tmp_path: Path) -> None:
    flaky = service(tmp_path, "")
    flaky.start()
    starts, end = 0, time.monotonic() + 4
    while time.monotonic() < end:
        before = flaky.process
        flaky.restart_if_dead(lambda line: None)
        starts += flaky.process is not before
        time.sleep(0.05)
    assert starts == 2  # after 1 s, then after 2 s
    flaky.stop()


def test_a_program_deaf_to_sigterm_is_killed(tmp_path: Path) -> None:
    deaf = service(
        tmp_path, "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"
    )
    deaf.patience_s = 0.5
    deaf.start()
    assert becomes_true(lambda: (tmp_path / "worker.log").read_text() == "1\n")
    deaf.stop()
    assert deaf.process is not None
    assert deaf.process.returncode == -9


def test_programs_stop_in_order_the_simulated_plant_first(tmp_path: Path, monkeypatch) -> None:
    from mes.embedded.home import Home

    def names() -> list[str]:
        return [found.name for found in services(Home(tmp_path).make(), 8000, {})]

    monkeypatch.delenv("MES_DEMO_OPERATORS", raising=False)
    monkeypatch.delenv("MES_DEMO_MACHINES", raising=False)
    assert names() == ["collector", "machines", "operators", "beat", "events", "web", "worker"]
    monkeypatch.setenv("MES_DEMO_MACHINES", "0")
    assert names() == ["operators", "beat", "events", "web", "worker"]
    monkeypatch.setenv("MES_DEMO_OPERATORS", "0")
    assert names() == ["beat", "events", "web", "worker"]
