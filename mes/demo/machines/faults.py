"""What is wrong with which machine, and until when: a small file that one command writes and the machines read."""

import json
from enum import StrEnum
from pathlib import Path

from mes.demo.machines.plan import MachinePlan


class Fault(StrEnum):
    UNPLUG = "unplug"  # nobody answers at its address
    MUTE = "mute"  # takes everything, answers nothing
    DROP = "drop"  # ends each connection that asks something
    SLOW = "slow"  # waits before each answer
    FAIL = "fail"  # answers that it has failed
    RESET = "reset"  # its counter begins at 0, once
    RESTART = "restart"  # off as long as this lasts; then its handshakes begin at 1
    CLOCK = "clock"  # its clock is 90 minutes ahead


OFF = frozenset({Fault.UNPLUG, Fault.RESTART})
_OF_KIND = {
    "MODBUS": frozenset(Fault) - {Fault.CLOCK},
    "OPCUA": frozenset({Fault.UNPLUG, Fault.MUTE, Fault.RESTART, Fault.CLOCK}),
}
FILE = "faults.json"


def possible(plan: MachinePlan) -> frozenset[Fault]:
    """What can be wrong with this machine."""
    return _OF_KIND[plan.kind] - (set() if plan.counts else {Fault.RESET})


def order(folder: Path, machine: str, fault: Fault, *, until: float) -> None:
    """until: seconds since 1970. Takes the place of an earlier fault of the machine."""
    folder.mkdir(parents=True, exist_ok=True)
    ordered = _read(folder) | {machine: (str(fault), until)}
    written = folder / f"{FILE}.new"
    written.write_text(json.dumps(ordered))
    written.replace(folder / FILE)


def ordered(folder: Path, at: float) -> dict[str, tuple[Fault, float]]:
    """What is wrong then, and until when."""
    return {machine: (Fault(fault), until) for machine, (fault, until) in _read(folder).items() if at < until}


def present(folder: Path, at: float) -> dict[str, Fault]:
    return {machine: fault for machine, (fault, _) in ordered(folder, at).items()}


def _read(folder: Path) -> dict[str, tuple[str, float]]:
    path = folder / FILE
    return json.loads(path.read_text()) if path.exists() else {}
