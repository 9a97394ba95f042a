"""Base classes of every stored record, and the history of those that may change."""

from collections.abc import Collection, Sequence
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Func, Value
from django.db.models.base import ModelState
from simple_history.models import HistoricalRecords

from mes.kernel import door
from mes.kernel.keys import uuid7
from mes.kernel.sealing import SealedField


class Record(models.Model):
    """A row with a key made in Python (UUIDv7: sortable by time of making)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any]) -> Self:
        """As Django's, without the constructor's way of one field after the other: a quarter of the time.

        The constructor's signals (pre_init, post_init) are not sent for what is read.
        """
        record = cls.__new__(cls)
        record.__dict__.update(zip(field_names, values, strict=True))
        record._state = ModelState()
        record._state.adding, record._state.db = False, db
        return record


class History(HistoricalRecords):
    """simple-history for a mutable record: who and why come from the open door, not from a web request.

    At a station the acting person is not the Django log-in, and a task or a command has no request at all.
    Sealed secrets are left out: an old one is of no use, and stays a secret.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("get_user", acting_person)
        kwargs.setdefault("user_model", settings.AUTH_USER_MODEL)
        super().__init__(**kwargs)

    def fields_included(self, model: type[models.Model]) -> list[models.Field]:
        return [field for field in super().fields_included(model) if not isinstance(field, SealedField)]

    def get_change_reason_for_object(self, instance: models.Model, history_type: str, using: str) -> str | None:
        passage = door.current()
        return (passage.reason if passage else None) or super().get_change_reason_for_object(
            instance, history_type, using
        )


def acting_person(instance: models.Model, **kwargs: Any) -> Any:
    passage = door.current()
    return passage.person if passage else None


def update_alike(records: Sequence[models.Model], **values: Any) -> None:
    """Store the same values on all records of a model with a history: two statements, however many they are."""
    if not records:
        return
    model: Any = type(records[0])
    for record in records:
        for name, value in values.items():
            setattr(record, name, value)
    model._base_manager.filter(pk__in=[record.pk for record in records]).update(**values)
    passage = door.current()
    model.history.bulk_history_create(
        records, batch_size=2000, update=True, default_change_reason=passage.reason if passage else ""
    )


def sequence_field() -> "models.BigIntegerField[int, int]":
    """Order of what happened, across all event tables, whatever the clocks say. Given by Postgres at insert."""
    return models.BigIntegerField(
        unique=True,
        editable=False,
        db_default=Func(Value("event_sequence"), function="nextval", output_field=models.BigIntegerField()),
    )


def person_field(**kwargs: Any) -> "models.ForeignKey[Any, Any]":
    """Who did it. People are never deleted, so a record never loses its person."""
    kwargs.setdefault("related_name", "+")
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, **kwargs)
