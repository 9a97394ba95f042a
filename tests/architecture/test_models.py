"""Rules about every model: who and when travel together; keys are made by us; enough is protected."""

import pytest
from django.apps import apps
from django.db import models

from tests.architecture.test_floors import OURS

RECORDS = [model for model in OURS if not model.__name__.startswith("Historical")]

# A time of an event without a person of its own beside it, and where the person is.
ALONE = {
    "wip.Reading.machine_at": "when a machine said it",
    "audit.AuditEvent.at": "person is text there: it has to survive everything, foreign keys too",
    "idempotency.IdempotencyKey.claimed_at": "scope is the person",
    "station.LastAct.at": "the person is the log-on's",
    "station.StationLogon.confirmed_at": "the same",
    "station.StationLogon.logged_on_at": "a person logs on as themselves: `person`",
    "orders.WorkOrder.due_at": "a plan, not an event",
    "wip.Hold.due_at": "the same",
    "wip.OpenOperation.due_at": "the order's",
    "wip.PlannedJob.starts_at": "a plan: `planned_by`",
    "wip.PlannedJob.ends_at": "the same",
    "wip.LaborSpan.began_at": "people begin and end their own work: `person`",
    "wip.LaborSpan.ended_at": "the same",
    "wip.LaborSpan.claimed_at": "the same",
    "equipment.MachineCommand.deadline_at": "a plan: `asked_by`",
    "equipment.MachineCommand.answered_at": "a machine answers",
    # What machines do, and their collector sees, nobody does.
    "equipment.MachineEvent.at": "a machine did it; who books it is on its booking",
    "equipment.EquipmentState.began_at": "the same",
    "equipment.EquipmentState.ended_at": "the same",
    "equipment.CounterTotal.at": "the same",
    "equipment.Sample.at": "a machine's value",
    "equipment.LatestValue.at": "the same",
    "equipment.Rollup.at": "the same",
    "equipment.QuarantinedRow.at": "the same",
    "equipment.Series.began_at": "who changed the tag is on record",
    "equipment.Observation.began_at": "a collector watches: its lease",
    "equipment.Observation.ended_at": "the same",
    "equipment.ConnectionLease.claimed_at": "a collector: `owner`",
    "equipment.ConnectionLease.expires_at": "the same",
}


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model._meta.label)
def test_who_and_when_travel_together(model):
    names = {field.name for field in model._meta.get_fields()}
    for name in names:
        if name == "at" or name.endswith("_at"):
            person = "by" if name == "at" else name.removesuffix("_at") + "_by"
            assert person in names or f"{model._meta.label}.{name}" in ALONE, f"{model._meta.label}.{name}: by whom?"


def test_the_list_of_times_without_a_person_is_no_longer_than_it_needs_to_be():
    known = {f"{m._meta.label}.{f.name}" for m in RECORDS for f in m._meta.get_fields()}
    assert set(ALONE) <= known


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model._meta.label)
def test_people_stay_with_what_they_did(model):
    person = apps.get_model("personnel", "Person")
    for field in model._meta.get_fields():
        if isinstance(field, models.ForeignKey) and field.related_model is person:
            assert field.remote_field.on_delete is models.PROTECT, field


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model._meta.label)
def test_constraints_have_a_sentence_for_the_person(model):
    for constraint in model._meta.constraints:
        if model._meta.label == "idempotency.IdempotencyKey":
            continue  # the door answers for it
        if constraint.name.endswith("_at_site") and "id" in constraint.fields:
            continue  # always true: it is only the target of a foreign key
        assert constraint.violation_error_message != constraint.default_violation_error_message, constraint.name
