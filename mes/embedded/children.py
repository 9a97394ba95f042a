"""Processes that never outlive the one that started them."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1


def start(
    command: Sequence[str | Path], *, log: Path, stop_signal: signal.Signals = signal.SIGTERM, **options: Any
) -> subprocess.Popen:
    """Start a child in a session of its own (a terminal's Ctrl-C is for its parent), with output in `log`.

    Where the kernel offers it (Linux) the child gets `stop_signal` when its parent dies, even by kill -9.
    """
    with open(log, "ab") as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=options.pop("stdin", subprocess.DEVNULL),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(stop_signal),
            **options,
        )


def die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """The hook that asks for the parent-death signal; Popen runs it after changing user, which would clear it."""
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:  # the parent died before the request was made
            os._exit(1)

    return ask


def stop(child: subprocess.Popen | None, *, by: signal.Signals = signal.SIGTERM, patience_s: float = 8) -> None:
    """Ask a child to end, wait, and only then kill its whole session."""
    if child is None or child.poll() is not None:
        return
    child.send_signal(by)
    try:
        child.wait(patience_s)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def tail(log: Path, lines: int = 8) -> str:
    """The end of a log, for a message that says why something did not start."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError:
        return ""
