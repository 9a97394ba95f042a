"""Database constraints: what a condition says of values, and the sentence that the model gives for one violated."""

import re
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import IntegrityError
from django.db.models import F, Q
from django.utils.translation import gettext as _

from mes.kernel.refusals import Refusal
from mes.kernel.words import name_of_column, told


def both_or_neither(one: Q, other: Q) -> Q:
    """A condition for a check constraint: the two hold together or not at all."""
    return (one & other) | (~one & ~other)


def names_in(condition: Any) -> set[str]:
    """The fields that a condition is about."""
    found: set[str] = set()
    for each in condition.children:
        if isinstance(each, Q):
            found |= names_in(each)
        else:
            found.add(each[0].partition("__")[0])
            if isinstance(each[1], F):
                found.add(each[1].name)
    return found


def holds(condition: Any, values: Mapping[str, Any]) -> bool | None:
    """Whether a constraint's condition does, without the database: None for not known, as SQL has it."""
    answers = [holds(e, values) if isinstance(e, Q) else _compares(e, values) for e in condition.children]
    if condition.connector == Q.AND:
        answer = False if False in answers else None if None in answers else True
    else:
        answer = True if True in answers else None if None in answers else False
    return not answer if condition.negated and answer is not None else answer


def _compares(condition: tuple[str, Any], values: Mapping[str, Any]) -> bool | None:
    name, _, lookup = condition[0].partition("__")
    one, other = values[name], condition[1]
    if lookup == "isnull":
        return (one is None) == other
    if isinstance(other, F):
        other = values[other.name]
    if one is None or other is None:
        return None
    return _LOOKUPS[lookup](one, other)


_LOOKUPS: dict[str, Any] = {
    "": lambda one, other: (list(one) if isinstance(one, tuple) else one) == other,
    "in": lambda one, other: one in other,
    "contained_by": lambda one, other: set(one) <= set(other),
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
    "contains": lambda one, other: other in one,
}


class RuleOfTheRecord(Refusal):
    """A database constraint refused what was about to be stored."""


def explain(error: IntegrityError) -> Refusal | None:
    """The refusal for a violated constraint that a model declares, or None when no model knows it.

    The sentence is the constraint's `violation_error_message`, so a rule and its words stand in one place.
    """
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is None:
        return None
    if diagnosis.sqlstate == "23001":  # our append-only and frozen-revision triggers
        return RuleOfTheRecord(told(diagnosis.message_primary or str(error)), do=told(diagnosis.message_hint or ""))
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == diagnosis.constraint_name:
                return RuleOfTheRecord(
                    str(constraint.get_violation_error_message()),
                    do=_("Look at its present state, then try again."),
                    evidence={"constraint": constraint.name},
                )
    return _taken(diagnosis)


def _taken(diagnosis: Any) -> Refusal | None:
    """The refusal for a unique field, whose constraint Django names and the model gives no sentence for."""
    if diagnosis.sqlstate != "23505":
        return None
    key = re.match(r"Key \((.+?)\)=\((.+)\)", diagnosis.message_detail or "", re.DOTALL)
    if key:
        model = next((one for one in apps.get_models() if one._meta.db_table == diagnosis.table_name), None)
        columns = [name_of_column(model, column) if model else column for column in key[1].split(", ")]
        said = _("There is one with the {field} {value} already.").format(field=", ".join(columns), value=key[2])
    else:
        said = _("There is one with the same name already.")
    return RuleOfTheRecord(said, do=_("Look at it, then try again."))
