"""Drafting routings for ordered products that have none."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from equipment.models import StationClass
from mes.erp.mapping import DefaultRouting
from mes.erp.policies import Line
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput
from orders.actions.default_routings import OneOperation, draft_default_routing
from orders.models import Routing, RoutingRevision


class StationClassUnknown(InvalidInput):
    """The mapping names a class of station that the plant does not have."""


def default_operation(*, default: DefaultRouting, by: Person) -> OneOperation:
    """What would be drafted; asked before orders are imported, so that nothing is half-done.

    Raises StationClassUnknown and RoleMissing.
    """
    check_permission(by, Permission.DRAFT_MASTER_DATA)
    station_class = StationClass.objects.filter(code=default.station_class).first()
    if station_class is None:
        what = _("There is no class of station {code}.").format(code=default.station_class[:20])
        error = FieldError("default_routing.station_class", what)
        raise StationClassUnknown(what, do=_("Correct the mapping, or add the class."), errors=[error])
    return OneOperation(station_class, default.operation_code, default.operation_name, default.run_time_s)


def draft_missing_routings(
    *, lines: Sequence[Line], operation: OneOperation, by: Person, at: datetime
) -> list[RoutingRevision]:
    """Draft a routing of this operation for each ordered product that has none at its order's site."""
    wanted = {
        (line.request.product_revision.product_id, line.request.site.pk): line.request
        for line in reversed(lines)  # the first order's revision says what is scanned
    }
    there = set(Routing.objects.filter(product__in={product for product, _ in wanted}).values_list("product", "site"))
    return [
        draft_default_routing(revision=request.product_revision, site=request.site, operation=operation, by=by, at=at)
        for place, request in wanted.items()
        if place not in there
    ]
