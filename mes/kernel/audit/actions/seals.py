"""Sealing stored secrets anew, after SECRET_KEY has changed."""

from collections.abc import Iterable

from django.db import models

from mes.kernel.sealing import SealedField


def reseal(*, of: Iterable[type[models.Model]]) -> int:
    """Seal every secret of these models anew, under the present key; returns how many. Raises SealBroken."""
    sealed = [(model, field) for model in of for field in model._meta.concrete_fields if isinstance(field, SealedField)]
    return sum(_reseal(model, field.attname) for model, field in sealed)


def _reseal(model: type[models.Model], name: str) -> int:
    rows = model._base_manager.exclude(**{name: ""}).select_for_update(no_key=True).order_by("pk")
    secrets = list(rows.values_list("pk", name))
    for key, secret in secrets:
        model._base_manager.filter(pk=key).update(**{name: secret.resealed()})
    return len(secrets)
