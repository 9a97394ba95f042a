"""Granting and closing deviation permits."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from equipment.models import Site
from equipment.policies import check_site_access
from genealogy.models import Unit
from mes.kernel import gates
from mes.kernel.audit.actions.signatures import SignatureMissing, Signing, sign
from mes.kernel.audit.models import Meaning
from mes.kernel.gates import Override
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission, check_reason
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput
from orders.models import Product, WorkOrder
from wip.models import Permit
from wip.numbers import next_number
from wip.status import PERMIT


@dataclass(frozen=True)
class Deviation:
    """What a permit allows. gate: its path; product, order, unit, operation_code: what it is limited to, None: any.

    quantity_limit: in the product's quantity_unit; valid_to: the last day at the site. At least one of them.
    """

    site: Site
    gate: str
    reason: str
    product: Product | None = None
    order: WorkOrder | None = None
    unit: Unit | None = None
    operation_code: str = ""
    quantity_limit: Decimal | None = None
    valid_to: date | None = None

    @property
    def content(self) -> dict[str, Any]:
        """What is signed."""
        return {
            "site": self.site.code,
            "gate": self.gate,
            "reason": self.reason.strip(),
            "product": self.product.code if self.product else None,
            "order": self.order.erp_reference if self.order else None,
            "unit": self.unit.serial if self.unit else None,
            "operation": self.operation_code,
            "quantity_limit": self.quantity_limit,
            "valid_to": self.valid_to,
        }


def grant(*, deviation: Deviation, signing: Signing | None, by: Person, at: datetime) -> Permit:
    """Allow a gate to be passed, for a quantity or until a day, with a signature that means APPROVED.

    Raises InvalidInput with everything that is wrong, SignatureMissing, SignatureRefused.
    """
    check_permission(by, Permission.GRANT_PERMITS)
    check_site_access(by, deviation.site.pk)
    check_reason(deviation.reason)
    _check(deviation, deviation.site.local(at).date())
    if signing is None:
        raise SignatureMissing(
            _("A permit is granted with your signature."), do=_("Read what it allows, enter your secret, and sign.")
        )
    permit = Permit(
        site=deviation.site,
        number=next_number("permit"),
        gate=deviation.gate,
        product=deviation.product,
        work_order=deviation.order,
        unit=deviation.unit,
        operation_code=deviation.operation_code,
        reason=deviation.reason.strip(),
        quantity_limit=deviation.quantity_limit,
        valid_to=deviation.valid_to,
        status=PERMIT.after(None, "grant"),
        granted_at=at,
        granted_by=by,
    )
    permit.signature = sign(
        signing=signing,
        meaning=Meaning.APPROVED,
        shown=deviation.content,
        is_all_new=True,
        act={"permit": permit.number},
        table="wip_permit",
        record=permit.pk,
        site_id=deviation.site.pk,
        at=at,
    )
    permit.save(force_insert=True)
    return permit


def close(*, permit: Permit, reason: str, by: Person, at: datetime) -> Permit:
    """Let a permit end before its quantity or its last day. Raises IllegalTransition."""
    check_permission(by, Permission.GRANT_PERMITS)
    check_site_access(by, permit.site_id)
    check_reason(reason)
    locked = Permit.objects.select_for_update(of=("self",), no_key=True).get(pk=permit.pk)
    locked.status = PERMIT.after(locked.status, "close", name=locked.number)
    locked.closed_at, locked.closed_by, locked.close_reason = at, by, reason.strip()
    locked.save(update_fields=["status", "closed_at", "closed_by", "close_reason"])
    return locked


def permitted_gates() -> list[gates.Gate]:
    """The plant's gates that a permit passes."""
    return [gate for gate in gates.configured() if gate.override == Override.PERMIT]


def _check(deviation: Deviation, today: date) -> None:
    errors = []
    if deviation.gate not in {gate.path for gate in permitted_gates()}:
        errors.append(FieldError("gate", _("No gate of this name is passed by a permit.")))
    if deviation.quantity_limit is None and deviation.valid_to is None:
        errors.append(FieldError("quantity_limit", _("A permit is for a quantity or until a day.")))
    if deviation.quantity_limit is not None and deviation.quantity_limit <= 0:
        errors.append(FieldError("quantity_limit", _("The quantity is more than 0.")))
    if deviation.valid_to is not None and deviation.valid_to < today:
        errors.append(FieldError("valid_to", _("The day is over.")))
    for name, one in (("order", deviation.order), ("unit", deviation.unit)):
        if one is not None and one.site_id != deviation.site.pk:
            errors.append(FieldError(name, _("It is at another site.")))
    if errors:
        raise InvalidInput(_("This permit can't be granted."), do=_("Correct what is named."), errors=errors)
