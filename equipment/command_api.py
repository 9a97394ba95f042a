"""Writing to machines over REST: asked for here, carried out by a collector, looked up by its key."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.actions import machine_commands
from equipment.actions.machine_commands import LONGEST_WAIT_S, MOST_LINES
from equipment.models import Connection, MachineCommand
from equipment.queries import sites_of
from equipment.status import CommandStatus, Purpose
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.personnel.actions.secrets import confirm_password
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from mes.kernel.rest.fields import AnyValue, Input, Text, Told
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint


class CommandLineInput(Input):
    """A value to write. tag: its code; expected: what has to be there before, left out where it does not matter."""

    tag = Text(max_length=60)
    value = AnyValue()
    expected = AnyValue(required=False)


class CommandSignature(Input):
    """A signature of the token's person that means APPROVED. secret: their password; digest: of what they were shown,
    if they were: of the connection, the lines with the units of their tags, and the reason.
    """

    meaning = serializers.ChoiceField(Meaning.choices)
    secret = serializers.CharField(max_length=200, trim_whitespace=False, write_only=True)
    digest = Text(max_length=64, default="", allow_blank=True)


class CommandInput(Input):
    """Values to write, in their order. connection: its code; wait_s: never sent later than that. signature: where one
    of the tags asks for it.
    """

    connection = Text(max_length=40)
    site = Text(max_length=20, required=False)
    lines = CommandLineInput(many=True, max_length=MOST_LINES)
    wait_s = serializers.IntegerField(min_value=1, max_value=LONGEST_WAIT_S, default=10)
    reason = Text(max_length=200)
    signature = CommandSignature(required=False)


class CommandSigned(serializers.Serializer):
    """Who signed what was asked, and as what. digest: of what they were shown."""

    signed_by = serializers.CharField(source="signed_by.username")
    meaning = serializers.ChoiceField(Meaning.choices)
    signed_at = serializers.DateTimeField()
    digest = serializers.CharField(source="shown_digest")


class CommandAnswer(serializers.Serializer):
    """What was asked, and what came of it. answer: each tag's value before and after, as it was read.

    purpose: by hand, or an interlock's; subject: what that is for. signature: null where no tag asked for one.
    """

    id = serializers.UUIDField()
    connection = serializers.CharField(source="connection.code")
    station = serializers.CharField(source="station.code", allow_null=True, default=None)
    purpose = serializers.ChoiceField(Purpose.choices)
    subject = serializers.CharField(allow_blank=True)
    lines = serializers.JSONField()
    status = serializers.ChoiceField(CommandStatus.choices)
    deadline_at = serializers.DateTimeField()
    asked_at = serializers.DateTimeField()
    asked_by = serializers.CharField(source="asked_by.username", allow_null=True, default=None)
    reason = serializers.CharField()
    signature = CommandSigned(allow_null=True)
    answer = serializers.JSONField(allow_null=True)
    detail = Told()
    answered_at = serializers.DateTimeField(allow_null=True)


class MachineCommands(Endpoint):
    permissions = {"POST": Permission.WRITE_MACHINES}

    @acts(
        CommandAnswer,
        name="write_to_machine",
        summary="Ask for values to be written to a machine",
        request=CommandInput,
        status=201,
    )
    def post(self, request: Request) -> Response:
        asked = self.read(CommandInput)
        connection = self._connection(asked["connection"], asked.get("site", ""))
        lines = [{name: _plain(value) for name, value in line.items()} for line in asked["lines"]]
        signature = asked.get("signature")
        signing = None
        if signature:
            person = confirm_password(person=request.user, password=signature["secret"], at=self.at)
            signing = Signing(person, signature["meaning"], signature["digest"])
        with self.door() as passage:
            if passage.replayed:
                command = _commands().get(pk=passage.answer["command"])
            else:
                command = machine_commands.queue(
                    connection=connection,
                    lines=lines,
                    wait_s=asked["wait_s"],
                    reason=asked["reason"],
                    signing=signing,
                    by=passage.person,
                    at=passage.at,
                )
                passage.remember(command=command.pk)
        return Response(CommandAnswer(command).data, status=201)

    def _connection(self, code: str, site: str) -> Connection:
        found = Connection.objects.filter(code=code, site__in=sites_of(self.request.user))
        if site:
            found = found.filter(site__code=site)
        connections = list(found[:2])
        if len(connections) != 1:
            what = (
                _("There is more than one connection {code}.") if connections else _("There is no connection {code}.")
            )
            raise NotFound(what.format(code=code), do=_("Send its code, and that of its site."))
        return connections[0]


class OfOneCommand(Endpoint):
    """What endpoints of one command have in common."""

    def find(self, key: str) -> MachineCommand:
        found = _commands().filter(pk=_key(key), site__in=sites_of(self.request.user)).first()
        if found is None:
            raise NotFound(_("There is no such command at your sites."), do=_("Send the id that its answer had."))
        return found


class OneMachineCommand(OfOneCommand):
    permissions = {"GET": Permission.VIEW_ORDERS}

    @reads(CommandAnswer, name="get_machine_command", summary="See what came of a command")
    def get(self, request: Request, command: str) -> Response:
        return Response(CommandAnswer(self.find(command)).data)


class CancelMachineCommand(OfOneCommand):
    permissions = {"POST": Permission.WRITE_MACHINES}

    @acts(CommandAnswer, name="cancel_machine_command", summary="Take back a command that waits", request=None)
    def post(self, request: Request, command: str) -> Response:
        found = self.find(command)
        with self.door() as passage:
            if not passage.replayed:
                machine_commands.cancel(command=found, by=passage.person, at=passage.at)
        return Response(CommandAnswer(self.find(command)).data)


def _commands() -> Any:
    return MachineCommand.objects.select_related("connection", "station", "asked_by", "signature__signed_by")


def _plain(value: Any) -> Any:
    """A number as the machine's tags have it."""
    return float(value) if isinstance(value, Decimal) else value


def _key(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
