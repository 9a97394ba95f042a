"""The instruction of an operation as it is read at a station."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from orders.gates import unread_instruction
from orders.instructions import Sheet, sheet_of
from orders.models import InstructionConfirmation, InstructionRevision
from orders.plans import InstructionPlan, OperationPlan


@dataclass(frozen=True)
class Reader:
    """Somebody about to do an operation, as the gate about instructions asks."""

    operation: OperationPlan
    person: Any


def to_read(operation: OperationPlan, person: Any) -> InstructionPlan | None:
    """What the person has to read and confirm before the operation; no query where it asks for nothing."""
    (plan,) = unread_instruction([Reader(operation, person)])
    return plan


@lru_cache(maxsize=512)
def instruction_of(revision: UUID) -> Sheet:
    """The instruction that an order pins, rendered once a process: from its approval on it does not change."""
    return sheet_of(InstructionRevision.objects.select_related("instruction").get(pk=revision))


def confirmed_at(revision: UUID, person: Any) -> datetime | None:
    """When the person confirmed that they have read it."""
    found = InstructionConfirmation.objects.filter(instruction_revision=revision, by=person)
    return found.values_list("at", flat=True).first()
