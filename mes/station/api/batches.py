"""Batches over REST: several units or lots in one run of a station."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.models import Station
from equipment.policies import known_station
from equipment.queries import sites_of
from genealogy.models import Unit
from genealogy.policies import known_container, known_unit, units_in
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from mes.station.actions import batches
from mes.station.actions.batches import BatchEnd
from mes.station.api.operations import read_completion, read_entries, read_overrides, with_people
from mes.station.serializers import BatchAnswer, BatchCompleteInput, BatchInput, ComeInput, RecordInput
from wip.entries import Here
from wip.models import Batch
from wip.queries import batch_by_number, planned


class Batches(Endpoint):
    permissions = {"POST": Permission.WORK}

    @acts(BatchAnswer, name="start_batch", summary="Start an operation on several units in one run", request=BatchInput)
    def post(self, request: Request) -> Response:
        asked = self.read(BatchInput)
        units = _units(request.user, asked)
        station = known_station(sites_of(request.user)[units[0].site_id], asked["station"])
        overrides = read_overrides(asked, self.at)
        with self.door(station=station.code) as passage:
            if not passage.replayed:
                started = batches.start(
                    units=units,
                    operation_code=asked["operation"],
                    station=station,
                    by=passage.person,
                    at=passage.at,
                    overrides=overrides,
                )
                passage.remember(batch=started.number)
        return Response(shown(BatchAnswer, known_batch(request.user, passage.answer["batch"])))


class OneBatch(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(BatchAnswer, name="get_batch", summary="See a batch and its units")
    def get(self, request: Request, number: str) -> Response:
        return Response(shown(BatchAnswer, known_batch(request.user, number)))


class RecordBatch(Endpoint):
    permissions = {"POST": Permission.WORK}

    @acts(BatchAnswer, name="record_batch", summary="Record values once for all units of a batch", request=RecordInput)
    def post(self, request: Request, number: str) -> Response:
        asked = self.read(RecordInput)
        if not asked["steps"] and not asked["consumptions"]:
            raise InvalidInput(_("There is nothing to record."), do=_("Send steps or consumptions."))
        return self.report(number, asked, None)

    def report(self, number: str, asked: Mapping[str, Any], scrap: Mapping[str, Any] | None) -> Response:
        """scrap: by serial, where the batch ends; None: it goes on."""
        person = self.request.user
        batch = known_batch(person, number)
        plan = planned(batch.members[0])
        station = _station_of(batch, person, asked["station"])
        given = with_people(read_entries(plan, asked, Here(station, self.at)), asked, person, self.at)
        end = None
        if scrap is not None:
            ended = read_completion(plan, {**asked, "scrap": 0}, person, self.at)
            end = BatchEnd(scrap, asked["scrap_reason"], asked["defect"], ended.signing)
        overrides = read_overrides(asked, self.at)
        with self.door(station=station.code) as passage:
            if not passage.replayed:
                here = {"station": station, "by": passage.person, "at": passage.at, "overrides": overrides}
                batches.report(batch=batch, given=given, end=end, **here)
        return Response(shown(BatchAnswer, known_batch(person, number)))


class TakeOverBatch(Endpoint):
    permissions = {"POST": Permission.WORK}

    @acts(
        BatchAnswer,
        name="take_over_batch",
        summary="Take a running batch over from who has it",
        request=ComeInput,
    )
    def post(self, request: Request, number: str) -> Response:
        asked, batch = self.read(ComeInput), known_batch(request.user, number)
        station = _station_of(batch, request.user, asked["station"])
        overrides = read_overrides(asked, self.at)
        with self.door(station=station.code) as passage:
            if not passage.replayed:
                here = {"station": station, "by": passage.person, "at": passage.at, "overrides": overrides}
                batches.take_over(batch=batch, **here)
        return Response(shown(BatchAnswer, known_batch(request.user, number)))


class CompleteBatch(RecordBatch):
    @acts(
        BatchAnswer,
        name="complete_batch",
        summary="Record what is given and complete the batch",
        request=BatchCompleteInput,
    )
    def post(self, request: Request, number: str) -> Response:
        asked = self.read(BatchCompleteInput)
        return self.report(number, asked, {one["unit"]: one["quantity"] for one in asked["scrap"]})


def known_batch(person: Person, number: str) -> Batch:
    """The batch of this number at one of the person's sites, with its members. Raises NotFound."""
    batch = batch_by_number(number, sites_of(person))
    if batch is None:
        raise NotFound(
            _("There is no batch {number} at your sites.").format(number=number[:20]), do=_("Check its number.")
        )
    return batch


def _units(person: Person, asked: Mapping[str, Any]) -> list[Unit]:
    """The units asked for, by serial or as what is in a container."""
    if bool(asked["units"]) == bool(asked["container"]):
        sentence = _("A batch is of units, or of what is in a container.")
        raise InvalidInput(sentence, do=_("Send one of them."), errors=[FieldError("units", sentence)])
    if asked["container"]:
        return units_in(known_container(person, asked["container"]))
    return [known_unit(person, serial) for serial in asked["units"]]


def _station_of(batch: Batch, person: Person, code: str) -> Station:
    return known_station(sites_of(person)[batch.site_id], code)
