"""Receiving bought or stocked units and lots."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from genealogy.actions.units import receive
from genealogy.models import Activity, Delivery, Unit
from genealogy.policies import SerialTaken
from genealogy.status import UnitStatus
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput, NotPermitted, Refusal
from tests.genealogy import lots
from tests.races.runners import at_once, done, refused


def take_in(plant, serial="PCB-1", *, product=None, quantity="1", who="ines", site=None):
    with plant.door(who) as passage:
        return receive(
            site=site or plant.site,
            product=product or plant.board,
            serial=serial,
            quantity=Decimal(quantity),
            by=passage.person,
            at=passage.at,
            reason="Delivery 17",
        )


@pytest.mark.django_db
def test_a_unit_is_there_finished_with_its_activity(plant):
    unit = take_in(plant, "  PCB-1 ")
    assert (unit.serial, unit.status, unit.quantity_left) == ("PCB-1", UnitStatus.FINISHED, 1)
    activity = Activity.objects.get(units__unit=unit)
    assert (activity.kind, activity.by, activity.reason) == ("RECEIVE", plant.people["ines"], "Delivery 17")


@pytest.mark.django_db
def test_a_lot_has_its_quantity(plant):
    assert take_in(plant, "LOT-1", product=plant.screws, quantity="12.5").quantity_left == Decimal("12.5")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("serial", "quantity"), [("", "1"), ("  ", "1"), ("PCB-1", "2"), ("PCB-1", "0"), ("PCB-1", "-1")]
)
def test_what_can_not_be_is_refused(plant, serial, quantity):
    with pytest.raises(InvalidInput) as refusal:
        take_in(plant, serial, quantity=quantity)
    assert refusal.value.errors
    assert not Unit.objects.exists()


@pytest.mark.django_db
def test_a_serial_is_taken_once(plant):
    take_in(plant)
    with pytest.raises(SerialTaken):
        take_in(plant, product=plant.screws)


@pytest.mark.django_db
def test_who_may_not_receive_and_where_not_is_refused(plant):
    with pytest.raises(RoleMissing):
        take_in(plant, who="amina")
    with pytest.raises(NotPermitted):
        take_in(plant, site=plant.elsewhere)


def test_one_serial_received_at_once_by_many_is_there_once(committed_plant):
    answers = at_once(*[lambda: take_in(committed_plant, "SAME")] * 4)
    assert len(done(answers)) == 1
    assert all(isinstance(answer, Refusal) for answer in refused(answers)), answers


@pytest.mark.django_db
def test_a_lot_without_a_number_gets_the_next_one_and_a_taken_one_is_passed_over(plant):
    lots.take_in(plant, serial="M3X8-000001")
    assert lots.take_in(plant, serial="").serial == "M3X8-000002"


@pytest.mark.django_db
def test_what_came_with_it_is_kept(plant):
    bossard = lots.supplier(plant)
    lot = lots.take_in(
        plant, supplier=bossard, supplier_lot="B-77", certificate_number="3.1-5521", label="(10)B-77(17)270131"
    )
    delivery = Delivery.objects.get(unit=lot)
    assert (delivery.supplier, delivery.supplier_lot, delivery.label) == (bossard, "B-77", "(10)B-77(17)270131")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "expires"),
    [(None, date(2026, 12, 23)), (date(2027, 5, 1), date(2027, 5, 1))],
    ids=["by shelf life", "by the label"],
)
def test_the_label_says_when_it_expires_or_else_the_shelf_life(plant, given, expires):
    assert lots.take_in(plant, lots.quarantined(plant, plant.screws, days=30), expires=given).expires_date == expires


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"<html>", b""])
def test_a_certificate_that_is_no_document_is_refused(plant, content):
    with pytest.raises(InvalidInput):
        lots.take_in(plant, certificate=SimpleUploadedFile("3.1.pdf", content))


@pytest.mark.django_db
def test_what_has_expired_or_comes_from_nobody_or_is_another_revision_is_refused(plant):
    gone = lots.supplier(plant, "gone", is_active=False)
    for wrong in ({"expires": date(2026, 11, 22)}, {"supplier": gone}):
        with pytest.raises(InvalidInput) as refusal:
            lots.take_in(plant, **wrong)
        assert len(refusal.value.errors) == 1
    with pytest.raises(InvalidInput), plant.door("ines") as passage:
        receive(
            site=plant.site,
            product=plant.screws,
            quantity=Decimal(1),
            revision=plant.pump,
            by=passage.person,
            at=passage.at,
        )
    assert not Unit.objects.exists()
