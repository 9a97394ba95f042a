""" "Why can't I?": for a unit at an operation, a station, for a person; and for a whole order."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from equipment.models import Station
from equipment.queries import in_plant_order
from genealogy.policies import known_unit
from mes.boards import why_nots
from mes.kernel.desk import office, text_of
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from orders.policies import known_order
from orders.queries import plan_of
from orders.status import OrderStatus


@require_safe
@office(Permission.VIEW_UNITS)
def unit_why(request: HttpRequest, serial: str) -> HttpResponse:
    unit = known_unit(request.user, serial)
    choices = _choices(request, unit.site_id)
    code = text_of(request, "operation")
    plan = plan_of(unit.work_order) if unit.work_order and unit.work_order.routing_revision_id else None
    answers = why_nots.of_unit(unit, person=choices["person"], station=choices["station"], code=code)
    context = {"unit": unit, "code": code, "operations": plan.operations if plan else (), "answers": answers}
    return render(request, "boards/unit_why.html", context | choices)


@require_safe
@office(Permission.VIEW_ORDERS)
def order_why(request: HttpRequest, erp_reference: str) -> HttpResponse:
    order = known_order(request.user, erp_reference)
    choices = _choices(request, order.site_id)
    answer = None
    if order.status != OrderStatus.DRAFT:
        answer = why_nots.of_order(order, person=choices["person"], station=choices["station"])
    return render(request, "boards/order_why.html", {"order": order, "answer": answer} | choices)


def _choices(request: HttpRequest, site: Any) -> dict[str, Any]:
    """The stations and people of the site, and who and where was chosen; None: nobody, nowhere in particular."""
    stations = list(Station.objects.filter(site=site, is_active=True).order_by(*in_plant_order()))
    people = list(Person.objects.filter(is_active=True, site_access__site=site).order_by("full_name"))
    code, name = text_of(request, "station"), text_of(request, "person")
    return {
        "stations": stations,
        "people": people,
        "station": next((one for one in stations if one.code == code), None),
        "person": next((one for one in people if one.username == name), None),
    }
