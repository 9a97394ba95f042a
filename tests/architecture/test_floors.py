"""Foreign keys point down the floors. String foreign keys are invisible to import-linter, so the tables are asked."""

import pytest
from django.apps import apps
from django.db.models import ForeignKey

# From the ground up; an app may point to its own floor or to one below.
FLOORS = [
    {"audit", "personnel", "idempotency"},
    {"equipment"},
    {"orders"},
    {"genealogy"},
    {"wip"},
    {"quality"},
    {"station", "people", "plantfiles", "erp", "boards", "demo", "api", "reports"},
]
FLOOR = {app: number for number, floor in enumerate(FLOORS) for app in floor}
OURS = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in FLOOR]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_foreign_keys_point_down(model):
    for field in model._meta.get_fields():
        if isinstance(field, ForeignKey):
            target = field.related_model._meta
            assert target.app_label in FLOOR, f"{field} points to {target.label}, outside the house"
            assert FLOOR[target.app_label] <= FLOOR[model._meta.app_label], f"{field} points up to {target.label}"


def test_every_app_of_ours_has_its_floor():
    ours = {config.label for config in apps.get_app_configs() if "site-packages" not in config.path}
    assert ours <= set(FLOOR)
