import subprocess
import sys
from pathlib import Path

from mes.embedded.home import ROOT
from mes.embedded.locks import FileLock, is_held

HOLD = """
import sys
from pathlib import Path
from mes.embedded.locks import FileLock
FileLock(Path(sys.argv[1])).{}()
print("held", flush=True)
sys.stdin.read()
"""


def holder(path: Path, how: str) -> subprocess.Popen:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(how), str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_lock_taken_by_another_process_cannot_be_had(tmp_path: Path) -> None:
    other = holder(tmp_path / "lock", "take")
    with FileLock(tmp_path / "lock") as lock:
        assert is_held(tmp_path / "lock")
        assert not lock.try_take()
        other.communicate("")
        assert lock.try_take()


def test_kill_9_gives_the_lock_back(tmp_path: Path) -> None:
    other = holder(tmp_path / "lock", "take")
    other.kill()
    other.communicate()
    assert not is_held(tmp_path / "lock")


def test_many_share_and_nobody_takes_meanwhile(tmp_path: Path) -> None:
    other = holder(tmp_path / "lock", "share")
    with FileLock(tmp_path / "lock").share(), FileLock(tmp_path / "lock") as third:
        assert not third.try_take()
    other.communicate("")
