"""Preparing the machine of a station over REST; what came of it is the command's."""

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.command_api import CommandAnswer
from equipment.models import MachineCommand
from genealogy.policies import known_unit
from mes.kernel.personnel.roles import Permission
from mes.kernel.rest.fields import Input, Text
from mes.kernel.rest.schema import acts
from mes.kernel.rest.views import Endpoint
from mes.station.actions import machines
from mes.station.api.lookups import your_station


class PrepareInput(Input):
    """Prepare a station's machine for an operation. units: the serial of one, or of all that go into one run."""

    station = Text(max_length=20)
    operation = Text(max_length=12)
    units = serializers.ListField(child=Text(max_length=60), min_length=1, max_length=200)


class PrepareMachine(Endpoint):
    permissions = {"POST": Permission.WORK}

    @acts(
        CommandAnswer,
        name="prepare_machine",
        summary="Have a machine told its recipe, and let it run",
        request=PrepareInput,
        status=201,
    )
    def post(self, request: Request) -> Response:
        asked = self.read(PrepareInput)
        units = [known_unit(request.user, serial) for serial in asked["units"]]
        station = your_station(request.user, units[0].site_id, asked["station"])
        with self.door(station=station.code) as passage:
            if not passage.replayed:
                command = machines.prepare(
                    units=units,
                    operation_code=asked["operation"],
                    station=station,
                    by=passage.person,
                    at=passage.at,
                )
                passage.remember(command=command.pk)
        known = MachineCommand.objects.select_related("connection", "station", "asked_by")
        return Response(CommandAnswer(known.get(pk=passage.answer["command"])).data, status=201)
