"""Being on a running operation over REST: pause, resume, join, leave, hand over, take over."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from equipment.models import Station
from equipment.policies import reason_in_words
from equipment.status import ReasonKind
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.rest.schema import acts
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from mes.station.actions import batches, operations
from mes.station.api.operations import read_overrides, running_execution, station_of
from mes.station.serializers import AtStationInput, ComeInput, ExecutionAnswer, HandOverInput, PauseInput
from wip.actions import labor
from wip.models import OperationExecution
from wip.overrides import GivenOverride
from wip.queries import batch_by_key, execution_by_key


class OnOperation(Endpoint):
    """What they have in common: the running execution, its station, and the answer."""

    permissions = {"POST": Permission.WORK}

    def carry_out(
        self, serial: str, code: str, asked: Mapping[str, Any], verb: Callable[..., Any], **more: Any
    ) -> Response:
        execution = running_execution(self.request.user, serial, code)
        station = station_of(execution, self.request.user, asked["station"])
        with self.door(station=station.code) as passage:
            if not passage.replayed:
                verb(execution=execution, station=station, by=passage.person, at=passage.at, **more)
                passage.remember(execution=execution.pk)
        return Response(shown(ExecutionAnswer, execution_by_key(execution.pk)))


class ComeToOperation(OnOperation):
    """What gates judge: being on it from now on."""

    def come(self, serial: str, code: str, verb: Callable[..., Any]) -> Response:
        asked = self.read(ComeInput)
        return self.carry_out(serial, code, asked, verb, overrides=read_overrides(asked, self.at))


class PauseOperation(OnOperation):
    @acts(ExecutionAnswer, name="pause_operation", summary="Stop one's time on an operation", request=PauseInput)
    def post(self, request: Request, serial: str, code: str) -> Response:
        asked = self.read(PauseInput)
        reason = asked["remark"]
        if asked["reason"]:
            execution = running_execution(request.user, serial, code)
            station = station_of(execution, request.user, asked["station"])
            reason = reason_in_words(
                station=station, kind=ReasonKind.DOWNTIME, code=asked["reason"], remark=asked["remark"]
            )
        return self.carry_out(serial, code, asked, labor.pause, reason=reason)


class ResumeOperation(ComeToOperation):
    @acts(ExecutionAnswer, name="resume_operation", summary="Go on with what one paused", request=ComeInput)
    def post(self, request: Request, serial: str, code: str) -> Response:
        return self.come(serial, code, labor.resume)


class JoinOperation(ComeToOperation):
    @acts(ExecutionAnswer, name="join_operation", summary="Work on it beside who has it", request=ComeInput)
    def post(self, request: Request, serial: str, code: str) -> Response:
        return self.come(serial, code, labor.join)


class LeaveOperation(OnOperation):
    @acts(ExecutionAnswer, name="leave_operation", summary="Be on it no more", request=AtStationInput)
    def post(self, request: Request, serial: str, code: str) -> Response:
        return self.carry_out(serial, code, self.read(AtStationInput), labor.leave)


class HandOverOperation(OnOperation):
    @acts(
        ExecutionAnswer,
        name="hand_over_operation",
        summary="Leave it to whoever comes next, with a note",
        request=HandOverInput,
    )
    def post(self, request: Request, serial: str, code: str) -> Response:
        asked = self.read(HandOverInput)
        return self.carry_out(serial, code, asked, labor.hand_over, text=asked["note"])


class TakeOverOperation(ComeToOperation):
    @acts(
        ExecutionAnswer,
        name="take_over_operation",
        summary="Take a running operation over from who has it; of a batch, all of it",
        request=ComeInput,
    )
    def post(self, request: Request, serial: str, code: str) -> Response:
        return self.come(serial, code, _take_over)


def _take_over(
    *, execution: OperationExecution, station: Station, by: Person, at: datetime, overrides: Sequence[GivenOverride]
) -> None:
    """As at the station: who takes a unit of a batch over takes the batch over."""
    here: dict[str, Any] = {"station": station, "by": by, "at": at, "overrides": overrides}
    if execution.batch_id is not None:
        batches.take_over(batch=batch_by_key(execution.batch_id), **here)
    else:
        operations.take_over(execution=execution, **here)
