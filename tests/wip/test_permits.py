"""Granting and closing deviation permits."""

from datetime import date
from decimal import Decimal

import pytest

from mes.kernel.audit.actions.signatures import SignatureMissing
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.kernel.transitions import IllegalTransition
from tests.permits import LIMITS, YOURS, close, grant
from wip.models import Permit

pytestmark = pytest.mark.django_db


def test_a_permit_is_granted_with_a_signature_of_what_it_allows(plant):
    permit = grant(plant, quantity=3, product=plant.pump.product, operation_code="40", valid_to=date(2026, 12, 1))
    assert (permit.number[:3], permit.gate, permit.quantity_left) == ("D-0", LIMITS, Decimal(3))
    assert permit.signature.content["shown"]["product"] == "IP2"
    assert permit.signature.signed_by == plant.people["mei"]
    assert Permit.history.filter(number=permit.number).count() == 1
    with pytest.raises(SignatureMissing):
        grant(plant, signing=None)


@pytest.mark.parametrize("who", ["amina", "ines", "hiroshi", "pavel"])
def test_who_is_not_of_quality_grants_and_closes_none(plant, who):
    with pytest.raises(RoleMissing):
        grant(plant, who=who)
    permit = grant(plant)
    with pytest.raises(RoleMissing):
        close(plant, permit, who)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"gate": YOURS}, "gate"),
        ({"gate": "no.such.gate"}, "gate"),
        ({"quantity": None}, "quantity_limit"),
        ({"quantity": 0}, "quantity_limit"),
        ({"valid_to": date(2026, 11, 1)}, "valid_to"),
        ({"reason": " "}, "reason"),
    ],
)
def test_what_is_wrong_with_a_permit_is_said(plant, wrong, where):
    with pytest.raises(InvalidInput) as refused:
        grant(plant, **wrong)
    assert refused.value.errors[0].where == where
    assert not Permit.objects.exists()


def test_a_permit_is_closed_once_with_a_reason(plant):
    permit = grant(plant)
    with pytest.raises(InvalidInput):
        close(plant, permit, reason=" ")
    closed = close(plant, permit)
    assert (closed.closed_by, closed.close_reason) == (plant.people["mei"], "Not needed any more")
    with pytest.raises(IllegalTransition):
        close(plant, permit)
