"""What is wrong with the recipes of a routing: at each station where its operations may be done."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from equipment.interlocks import mistakes_at, tags_at
from equipment.models import Station
from equipment.status import Interlock
from mes.kernel.refusals import FieldError
from orders.models import Operation, RoutingRevision


def mistakes_in_setpoints(revision: RoutingRevision, operations: Sequence[Operation]) -> Iterator[FieldError]:
    """What a station that takes recipes could not be told; no query where no operation has a recipe."""
    asking = [operation for operation in operations if operation.setpoints.all()]
    if not asking:
        return
    stations = [one for one in _stations(revision, asking) if one.interlock == Interlock.RECIPE]
    tags = tags_at([station.pk for station in stations])
    for operation in asking:
        place = _("operation {operation}").format(operation=operation.code)
        for station in stations:
            if station.station_class_id == operation.station_class_id:
                recipe = sorted(operation.setpoints.all(), key=lambda one: one.position)
                for what, do in mistakes_at(station, recipe, tags.get(station.pk, {})):
                    yield FieldError(place, what, do)


def warnings_in_setpoints(revision: RoutingRevision, operations: Sequence[Operation]) -> Iterator[FieldError]:
    """Where a recipe is written nowhere, though the operation may be done there."""
    asking = [operation for operation in operations if operation.setpoints.all()]
    for station in _stations(revision, asking) if asking else ():
        for operation in asking:
            if station.station_class_id == operation.station_class_id and station.interlock != Interlock.RECIPE:
                yield FieldError(
                    _("operation {operation}").format(operation=operation.code),
                    _("{station} takes no recipe: its setpoints are not written there.").format(station=station.code),
                    _("Set the station's interlock to a recipe, or remove the setpoints."),
                )


def _stations(revision: RoutingRevision, operations: Sequence[Operation]) -> list[Station]:
    classes = {operation.station_class_id for operation in operations}
    found = Station.objects.filter(site=revision.routing.site, is_active=True, station_class__in=classes)
    return list(found.order_by("code"))
