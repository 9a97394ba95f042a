"""Reading an instruction and confirming that, over REST."""

from types import SimpleNamespace
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from mes.kernel.rest.fields import NothingInput
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint
from mes.station.presenters.instructions import confirmed_at
from mes.station.serializers import ReadInstructionAnswer
from orders.actions.instructions import confirm_instruction
from orders.models import InstructionRevision
from orders.status import READABLE


class ReadInstruction(Endpoint):
    """A revision of an instruction that people work by: the `id` that a refused start names."""

    permissions = {"GET": Permission.WORK}

    @reads(
        ReadInstructionAnswer,
        name="read_instruction",
        summary="Read a revision of an instruction, as at a station",
    )
    def get(self, request: Request, key: UUID) -> Response:
        return self.answer(self.find(key))

    def find(self, key: UUID) -> InstructionRevision:
        found = InstructionRevision.objects.select_related("instruction").filter(pk=key, status__in=READABLE).first()
        if found is None:
            raise NotFound(
                _("There is no such revision of an instruction that people work by."),
                do=_("Send the id that the refusal names."),
            )
        return found

    def answer(self, revision: InstructionRevision) -> Response:
        read_at = confirmed_at(revision.pk, self.request.user)
        return Response(ReadInstructionAnswer(SimpleNamespace(revision=revision, confirmed_at=read_at)).data)


class ConfirmInstruction(ReadInstruction):
    permissions = {"POST": Permission.WORK}
    http_method_names = ["post", "options"]

    @acts(
        ReadInstructionAnswer,
        name="confirm_instruction",
        summary="Say that one has read a revision of an instruction",
        request=NothingInput,
    )
    def post(self, request: Request, key: UUID) -> Response:
        self.read(NothingInput)
        revision = self.find(key)
        with self.door() as passage:
            if not passage.replayed:
                confirm_instruction(revision=revision, by=passage.person, at=passage.at)
        return self.answer(revision)
