"""What a screen, a scanner or a program gives for the steps of an operation, and how it ends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.personnel.models import Person
from orders.plans import OperationPlan
from wip.entries import Entry, Here, check_once, read_entries
from wip.readouts import Source


@dataclass(frozen=True)
class Given:
    """A value as it comes in. quantity: of a scanned lot, default by the BOM.

    witness: a second person, whose secret was confirmed. signing: where the step is recorded with a signature. source:
    where a machine that brings the value itself has it from.
    """

    step_code: str
    value: object
    sample: int = 1
    reason: str = ""
    quantity: Decimal | None = None
    witness: Person | None = None
    signing: Signing | None = None
    source: Source | None = None


@dataclass(frozen=True)
class Completion:
    """How an operation ends. good None: all that is open, less the scrap. defect: what was found in it, by code."""

    good: Decimal | None = None
    scrap: Decimal = Decimal(0)
    scrap_reason: str = ""
    defect: str = ""
    signing: Signing | None = None


# What was given, with what it is for each sample: a table is given as one.
Read = tuple[Given, list[Entry]]


def read_given(operation: OperationPlan, given: Sequence[Given], here: Here) -> list[Read]:
    """Each value with its entries, checked for shape. Raises InvalidInput, also when a place is given twice."""
    places: set[tuple[str, int]] = set()
    read = []
    for one in given:
        entries = read_entries(
            operation, one.step_code, value=one.value, sample=one.sample, reason=one.reason, here=here
        )
        for entry in entries:
            check_once(entry, places)
        if one.witness:
            entries = [replace(entry, witness=one.witness) for entry in entries]
        if one.source:
            entries = [replace(entry, source=one.source) for entry in entries]
        read.append((one, entries))
    return read
