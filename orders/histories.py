"""The history of a revision and of every row in it: which field, from what to what, by whom, when and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as lazy

from orders.content import AnyRevision, label, words
from orders.models import (
    BomLine,
    BomSubstitute,
    InstructionFile,
    Operation,
    OperationAsset,
    OperationEdge,
    OperationQualification,
    OperationSetpoint,
    ProductRevision,
    RoutingRevision,
    Step,
)

PAUSE = timedelta(seconds=5)  # a longer one parts two acts
LIMIT = 1000  # latest states of rows that one page looks through

_WHAT = {"+": lazy("added"), "~": lazy("changed"), "-": lazy("removed")}
_LEFT_OUT = {"id", "copied_from", "approved_at", "approved_by", "released_at", "released_by"}


@dataclass(frozen=True)
class Entry:
    """One state of one row. fields: (label, before, after); of a row that was added: what it says."""

    row: str
    what: str
    fields: list[tuple[str, str, str]]


@dataclass(frozen=True)
class Act:
    """What one person did at one time for one reason."""

    at: datetime
    by: Any
    reason: str
    entries: list[Entry]

    @property
    def is_long(self) -> bool:
        return len(self.entries) > 6


def acts_on(revision: AnyRevision) -> list[Act]:
    """What was done to a revision and its rows, latest first; at most LIMIT states a kind of row."""
    states = sorted(_states(revision), key=lambda state: (state.history_date, state.history_id))
    earlier: dict[UUID, Any] = {}
    found = []
    for state in states:
        fields = _fields(state, earlier.get(state.id))
        earlier[state.id] = state
        if fields or state.history_type != "~":
            found.append((state, Entry(_name(state), str(_WHAT[state.history_type]), fields)))
    return [_act(act) for act in _together(found)][::-1]


def _states(revision: AnyRevision) -> Iterator[Any]:
    yield from _of(type(revision), id__in=[revision.pk])
    if isinstance(revision, ProductRevision):
        lines = list(_of(BomLine, product_revision_id__in=[revision.pk]))
        yield from lines
        yield from _of(BomSubstitute, bom_line_id__in={line.id for line in lines})
    elif isinstance(revision, RoutingRevision):
        operations = list(_of(Operation, routing_revision_id__in=[revision.pk]))
        yield from operations
        keys = {operation.id for operation in operations}
        for model in (Step, OperationQualification, OperationAsset, OperationSetpoint):
            yield from _of(model, operation_id__in=keys)
        yield from _of(OperationEdge, routing_revision_id__in=[revision.pk])
    else:
        yield from _of(InstructionFile, instruction_revision_id__in=[revision.pk])


def _of(model: type[models.Model], **of: Any) -> list[Any]:
    """The kept states of the rows, with the records they name."""
    history = model.history  # type: ignore[attr-defined]
    named = [field.name for field in model._meta.concrete_fields if field.is_relation]
    found = history.filter(**of).select_related("history_user", *named).order_by("-history_date", "-history_id")
    return list(found[:LIMIT])


def _fields(state: Any, before: Any) -> list[tuple[str, str, str]]:
    if state.history_type == "-":
        return []
    found = []
    for field in state.instance_type._meta.concrete_fields:
        if field.name in _LEFT_OUT or (field.is_relation and field.remote_field.on_delete is models.CASCADE):
            continue
        kept = state._meta.get_field(field.name)
        old, new = (words(before, kept) if before is not None else ""), words(state, kept)
        if old != new:
            found.append((label(field), old, new))
    return found


def _name(state: Any) -> str:
    noun = state.instance_type._meta.verbose_name
    if isinstance(state.instance, Operation | Step | BomLine | InstructionFile | OperationEdge):
        return f"{noun} {_said(state)}"
    return str(noun)


def _said(state: Any) -> str:
    """What the row is called; a row whose neighbours are gone has only its kind."""
    try:
        return str(state.instance)
    except models.ObjectDoesNotExist:
        return ""


def _together(found: list[tuple[Any, Entry]]) -> Iterator[list[tuple[Any, Entry]]]:
    """The states in acts: by one person for one reason, with no pause between them."""
    act: list[tuple[Any, Entry]] = []
    for state, entry in found:
        if act and not _is_one_act(act[-1][0], state):
            yield act
            act = []
        act.append((state, entry))
    if act:
        yield act


def _is_one_act(before: Any, state: Any) -> bool:
    is_same = (before.history_user_id, before.history_change_reason) == (
        state.history_user_id,
        state.history_change_reason,
    )
    return is_same and state.history_date - before.history_date < PAUSE


def _act(pairs: list[tuple[Any, Entry]]) -> Act:
    first = pairs[0][0]
    return Act(first.history_date, first.history_user, first.history_change_reason or "", [entry for _, entry in pairs])
