"""Writing to a machine by hand: new values, what exactly would be written, the signature where a tag asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core import signing as seals
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from equipment.actions import machine_commands
from equipment.actions.machine_commands import signed_content
from equipment.machine_queries import connections_behind, machine_at, tags_at, tags_beside
from equipment.models import Connection, MachineCommand, Site, Tag
from equipment.queries import sites_of
from equipment.status import Interlock
from mes.boards.machine_forms import SignWriteForm, WriteForm
from mes.boards.machine_rows import mark_of_link
from mes.boards.machine_writes import line_rows, parted_by_hand, with_what_is_there, writable_rows
from mes.boards.views.connections import connection_at
from mes.kernel.audit.actions.signatures import SignatureMissing, SignatureRefused, SignatureVoid, Signing
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from mes.kernel.desk import answer, desk_door, office
from mes.kernel.personnel.actions.secrets import PersonLocked, SecretWrong, confirm_password
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal

_seal = seals.Signer(salt="mes.boards.machine_write")


@dataclass(frozen=True)
class Place:
    """Whose tags are written: a station's, or those of a connection that belong to none. page: that which shows it."""

    name: str
    page: str
    site: Site
    tags: Sequence[Tag]
    connections: Sequence[Connection]
    has_recipe: bool = False


class WritePage:
    """The tags of a place that are written by hand, at one of its connections: a command goes to one."""

    def __init__(self, request: HttpRequest, place: Place) -> None:
        self.request, self.place = request, place
        tags, self.withheld = parted_by_hand(place.tags, place.connections)
        told = {tag.connection_id for tag in tags}
        self.connections = [one for one in place.connections if one.pk in told]
        chosen = request.POST.get("connection", request.GET.get("connection", ""))
        usual = self.connections[0] if self.connections else None
        self.connection: Connection | None = next((one for one in self.connections if one.code == chosen), usual)
        self.tags = [tag for tag in tags if self.connection is not None and tag.connection_id == self.connection.pk]
        self.by_code: Mapping[str, Tag] = {tag.code: tag for tag in self.tags}

    def is_signed(self, asked: Mapping[str, Any]) -> bool:
        return any(self.by_code[line["tag"]].needs_signature for line in asked["lines"])

    def content(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """What is shown before it is written, and signed."""
        assert self.connection is not None, "what is asked is asked of a connection"
        return signed_content(self.connection, self.tags, asked["lines"], asked["reason"])

    def form(self, form: WriteForm, refusal: Refusal | None = None) -> HttpResponse:
        """Where new values are entered, beside those of now."""
        context = {"form": form, "rows": writable_rows(form), "refusal": refusal}
        return self._render("boards/machine_write.html", context, 422 if refusal or form.errors else 200)

    def check(
        self,
        asked: Mapping[str, Any],
        sign: SignWriteForm | None = None,
        refusal: Refusal | None = None,
    ) -> HttpResponse:
        """What exactly would be written; asked for again as it is carried."""
        shown = digest(self.content(asked))
        if sign is None or refusal is not None:
            sign = SignWriteForm(initial={"digest": shown})
        context = {
            "asked": asked,
            "lines": line_rows(asked["lines"], self.by_code),
            "carried": _seal.sign_object(dict(asked), compress=True),
            "is_signed": self.is_signed(asked),
            "sign": sign,
            "shown": shown,
            "refusal": refusal,
        }
        status = refusal.status if refusal is not None else 422 if sign.errors else 200
        return self._render("boards/machine_write_check.html", context, status)

    def _render(self, template: str, context: dict[str, Any], status: int) -> HttpResponse:
        now = timezone.now()
        mark = mark_of_link(self.connection, now) if self.connection is not None else None
        context |= {"place": self.place, "connection": self.connection, "connections": self.connections}
        context |= {"withheld": self.withheld, "mark": mark, "now": now}
        return render(self.request, template, context, status=status)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.WRITE_MACHINES)
def machine_write(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """New values for the tags of a machine."""
    station = machine_at(sites_of(request.user), site, code)
    if station is None:
        raise Http404
    tags, connections = tags_at(station.pk), connections_behind([station.pk]).get(station.pk, [])
    to, has_recipe = reverse("machine", args=[site, code]), station.interlock == Interlock.RECIPE
    return _write(WritePage(request, Place(str(station), to, station.site, tags, connections, has_recipe)))


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.WRITE_MACHINES)
def connection_write(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """New values for the tags of a connection that belong to no station."""
    connection = connection_at(request, site, code)
    to, tags = reverse("connection", args=[site, code]), tags_beside(connection)
    return _write(WritePage(request, Place(str(connection), to, connection.site, tags, [connection])))


def _write(page: WritePage) -> HttpResponse:
    """New values that are posted are shown as they would be written; what comes back from there is asked for."""
    request = page.request
    if request.method != "POST":
        return page.form(WriteForm(tags=page.tags))
    if "carried" in request.POST:
        return _carried_back(page)
    form = WriteForm(request.POST, tags=page.tags)
    if not form.is_valid():
        return page.form(form)
    asked = {name: form.cleaned_data[name] for name in ("lines", "reason", "wait_s", "is_expected")}
    asked["typed"] = {name: value for name, value in form.cleaned_data.items() if name != "lines"}
    asked["connection"] = page.connection.code if page.connection is not None else ""
    if asked["is_expected"]:
        asked["lines"] = with_what_is_there(asked["lines"], page.tags)
    return page.check(asked)


def _carried_back(page: WritePage) -> HttpResponse:
    """What was shown is written, or goes back to be changed."""
    try:
        asked = _seal.unsign_object(page.request.POST["carried"])
    except seals.BadSignature as error:
        raise InvalidInput(_("The values did not come back as they were shown."), do=_("Enter them again.")) from error
    typed = WriteForm(initial=asked["typed"], tags=page.tags)
    if "change" in page.request.POST:
        return page.form(typed)
    is_same = page.connection is not None and page.connection.code == asked["connection"]
    if not is_same or not all(line["tag"] in page.by_code for line in asked["lines"]):
        sentence = _("Somebody changed the tags after they were shown to you.")
        return page.form(typed, InvalidInput(sentence, why=_("Nothing is sent."), do=_("Look at them, then go on.")))
    return _sign_and_ask(page, asked)


def _sign_and_ask(page: WritePage, asked: Mapping[str, Any]) -> HttpResponse:
    signing = None
    if page.is_signed(asked):
        sign = SignWriteForm(page.request.POST)
        person = _confirmed(page.request, sign)
        if person is None:
            return page.check(asked, sign)
        signing = Signing(person, Meaning.APPROVED, sign.cleaned_data["digest"])
    try:
        return _ask(page, asked, signing)
    except (InvalidInput, SignatureMissing, SignatureRefused, SignatureVoid) as refusal:
        # The same page again as it is now, with what was entered and why it is not done.
        return page.check(asked, refusal=refusal)


def _confirmed(request: HttpRequest, sign: SignWriteForm) -> Person | None:
    """Who signs; None where the form says beside its field why not."""
    if not sign.is_valid():
        return None
    try:
        return confirm_password(
            person=request.user,  # type: ignore[arg-type]
            password=sign.cleaned_data["password"],
            at=timezone.now(),
        )
    except SecretWrong:
        sign.add_error("password", _("The password is not right. Nothing is sent."))
    except PersonLocked as refusal:
        sign.add_error("password", str(refusal))
    return None


def _ask(page: WritePage, asked: Mapping[str, Any], signing: Signing | None) -> HttpResponse:
    assert page.connection is not None, "what is asked is asked of a connection"
    with desk_door(page.request, reason=asked["reason"]) as passage:
        if not passage.replayed:
            command = machine_commands.queue(
                connection=page.connection,
                lines=asked["lines"],
                wait_s=asked["wait_s"],
                reason=asked["reason"],
                signing=signing,
                by=passage.person,
                at=passage.at,
            )
            said = _("{tags}: asked for. What the machine answers stands under Commands.")
            passage.remember(said=said.format(tags=_names(asked["lines"])), to=_stands_at(command))
    return answer(page.request, passage)


def _names(lines: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(line["tag"] for line in lines)


@require_POST
@office(Permission.WRITE_MACHINES)
def cancel_command(request: HttpRequest, pk: Any) -> HttpResponse:
    """Take back what was asked by hand and still waits."""
    found = MachineCommand.objects.filter(pk=pk, site__in=sites_of(request.user))
    command = found.select_related("station", "connection", "site").first()
    if command is None:
        raise Http404
    with desk_door(request) as passage:
        if not passage.replayed:
            machine_commands.cancel(command=command, by=passage.person, at=passage.at)
            said = _("{tags}: taken back, nothing is written.").format(tags=_names(command.lines))
            passage.remember(said=said, to=_stands_at(command))
    return answer(request, passage)


def _stands_at(command: MachineCommand) -> str:
    """The page that lists the command: its machine's, or its connection's where it is no one machine's."""
    name, of = ("machine", command.station) if command.station is not None else ("connection", command.connection)
    return f"{reverse(name, args=[command.site.code, of.code])}#commands"
