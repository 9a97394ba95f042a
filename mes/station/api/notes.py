"""Notes for whoever comes to a station next, over REST."""

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.policies import station_of_code
from equipment.queries import sites_of
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import NotFound
from mes.kernel.rest.fields import NothingInput
from mes.kernel.rest.paging import page_of, paged
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint
from mes.station.serializers import NoteAnswer, NoteInput, NotesQuery
from wip.actions import labor
from wip.models import HandoverNote

NotesPage = page_of(NoteAnswer, "NotesPage")


class HandoverNotes(Endpoint):
    permissions = {"GET": Permission.WORK, "POST": Permission.WORK}

    @reads(NotesPage, name="list_handover_notes", summary="List notes, newest first", query=NotesQuery, missing=False)
    def get(self, request: Request) -> Response:
        asked = self.read_query(NotesQuery)
        found = _notes().filter(site__in=sites_of(request.user))
        if "station" in asked:
            found = found.filter(station__code__iexact=asked["station"])
        if not asked["taken"]:
            found = found.filter(taken_at__isnull=True)
        return Response(NotesPage(paged(found, request, limit=asked["limit"], cursor=asked.get("cursor"))).data)

    @acts(
        NoteAnswer,
        name="leave_handover_note",
        summary="Leave a note for whoever comes to the station next",
        request=NoteInput,
        status=201,
    )
    def post(self, request: Request) -> Response:
        asked = self.read(NoteInput)
        station = station_of_code(request.user, asked["station"], asked.get("site", ""))
        with self.door(station=station.code) as passage:
            if not passage.replayed:
                note = labor.leave_note(station=station, text=asked["note"], by=passage.person, at=passage.at)
                passage.remember(note=note.pk)
        return Response(NoteAnswer(_notes().get(pk=passage.answer["note"])).data, status=201)


class TakeHandoverNote(Endpoint):
    permissions = {"POST": Permission.WORK}

    @acts(NoteAnswer, name="take_handover_note", summary="Say that one has read a note", request=NothingInput)
    def post(self, request: Request, key: UUID) -> Response:
        self.read(NothingInput)
        note = _notes().filter(pk=key, site__in=sites_of(request.user)).first()
        if note is None:
            raise NotFound(_("There is no such note at your sites."), do=_("List them, and send an id of the list."))
        with self.door(station=note.station.code) as passage:
            if not passage.replayed:
                labor.take_note(note=note, by=passage.person, at=passage.at)
        return Response(NoteAnswer(_notes().get(pk=key)).data)


def _notes() -> QuerySet[HandoverNote]:
    return HandoverNote.objects.select_related("site", "station", "execution__unit", "written_by", "taken_by")
