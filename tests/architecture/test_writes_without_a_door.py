"""A verb that is called without a door still leaves its rows in the ledger, marked as nobody's."""

from decimal import Decimal

from django.db import transaction

from genealogy.actions import units
from mes.kernel import door
from mes.kernel.audit.models import AuditEvent
from mes.kernel.personnel.actions.people import unlock
from wip.actions import holds


def test_what_verbs_write_without_a_door_is_on_record_as_outside_the_application(committed_plant):
    plant, before = committed_plant, AuditEvent.objects.latest("sequence").sequence
    ines, at = plant.people["ines"], plant.at()
    assert door.current() is None
    with transaction.atomic():
        lot = units.receive(site=plant.site, product=plant.screws, serial="L-1", quantity=Decimal(9), by=ines, at=at)
        holds.place(unit=lot, reason_code="QUALITY", reason="x", by=ines, at=at)
        unlock(person=plant.people["amina"], by=plant.people["omar"])
    events = AuditEvent.objects.filter(sequence__gt=before)
    assert {"genealogy_unit", "genealogy_activity", "wip_hold", "wip_historicalhold", "personnel_person"} <= {
        event.table_name for event in events
    }
    assert all(event.is_outside_the_application for event in events)
