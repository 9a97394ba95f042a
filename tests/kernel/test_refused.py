"""What a gate refused is on record, although the attempt was rolled back."""

import pytest
from django.db import connection

from genealogy.models import Unit
from mes.kernel import door
from mes.kernel.audit.models import AuditEvent, RefusedAttempt
from mes.kernel.refusals import Refusal
from mes.station.actions import operations
from wip.models import OperationExecution
from wip.policies import BlockedByGates


def try_torque(plant, unit: Unit, **more) -> None:
    """Start what may not be started: its predecessors are not done."""
    with plant.door("amina", **more) as passage:
        operations.start(
            unit=plant.fresh(unit),
            operation_code="30",
            station=plant.stations["30"],
            by=passage.person,
            at=passage.at,
        )


def refused(plant, unit: Unit, **more) -> list[RefusedAttempt]:
    with pytest.raises(BlockedByGates):
        try_torque(plant, unit, **more)
    return list(RefusedAttempt.objects.order_by("pk"))


@pytest.mark.django_db
def test_who_where_what_and_why_are_kept(plant):
    unit = plant.unit()
    (kept,) = refused(plant, unit, request_id="r-1")
    assert (kept.by, kept.station, kept.site_id) == (plant.people["amina"], "ST-30", plant.site.pk)
    assert (kept.gate, kept.code, kept.hook) == ("wip.gates.predecessors_done", "PREDECESSOR_NOT_DONE", "start")
    assert (kept.subject, kept.request_id) == (f"{unit.serial}, 30 Torque", "r-1")
    assert kept.what.startswith("Operation 10")
    assert kept.evidence == {"operations": ["10", "20"]}
    event = AuditEvent.objects.get(table_name="audit_refusedattempt")
    assert event.person == str(plant.people["amina"].pk)


@pytest.mark.django_db(transaction=False)
def test_each_gate_that_says_no_is_kept(plant):
    unit = plant.unit()
    with plant.door("mei") as passage:
        from wip.actions import holds

        holds.place(unit=unit, reason_code="QUALITY", reason="x", by=passage.person, at=passage.at)
    gates = {one.gate for one in refused(plant, unit)}
    assert gates == {"wip.gates.no_open_hold", "wip.gates.predecessors_done"}


@pytest.mark.django_db
def test_a_retry_with_the_same_key_is_the_same_attempt_and_another_key_another(plant):
    unit = plant.unit()
    assert len(refused(plant, unit, key="k-1", asked="x")) == 1
    assert len(refused(plant, unit, key="k-1", asked="x")) == 1
    assert len(refused(plant, unit, key="k-2", asked="x")) == 2
    assert len(refused(plant, unit)) == 3  # without a key nobody can know
    assert len(refused(plant, unit)) == 4


@pytest.mark.django_db
def test_other_refusals_are_not_counted_to_the_gates(plant):
    with pytest.raises(Refusal), plant.door("amina"):
        raise Refusal("No.")
    assert not RefusedAttempt.objects.exists()


@pytest.mark.django_db
def test_a_record_that_can_not_be_kept_takes_nothing_from_the_refusal(plant, monkeypatch, caplog):
    monkeypatch.setattr(door, "_REFUSED", "INSERT INTO no_such_table VALUES (1) -- %s" + " %s" * 12)
    assert refused(plant, plant.unit()) == []
    assert "could not be put on record" in caplog.text


def test_it_stays_when_the_attempt_is_rolled_back(committed_plant):
    unit = committed_plant.unit()
    (kept,) = refused(committed_plant, unit, key="k-1", asked="x")
    assert not OperationExecution.objects.filter(unit=unit).exists()
    assert not connection.in_atomic_block
    assert kept.by.username == "amina"


def test_nobody_changes_or_deletes_it(committed_plant):
    from django.db import DatabaseError

    (kept,) = refused(committed_plant, committed_plant.unit())
    with pytest.raises(DatabaseError):
        RefusedAttempt.objects.filter(pk=kept.pk).update(what="")
    with pytest.raises(DatabaseError):
        kept.delete()
