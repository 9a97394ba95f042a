"""Tags of a connection as a CSV file: download them; send one back, see what it would change, do exactly that."""

import csv
from typing import Any

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from equipment.actions.tag_tables import COLUMNS, Rehearsed, Taken, table_rows, take_table
from equipment.actions.tags import TagsWrong
from equipment.models import Connection
from mes.boards.machine_forms import TagTableForm
from mes.boards.views.connections import connection_at
from mes.kernel import csv_import
from mes.kernel.csv_cells import neutral
from mes.kernel.csv_import import ColumnsWrong, FileUnreadable
from mes.kernel.desk import answer, cleaned, desk_door, office
from mes.kernel.door import open_door
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal

SHOWN = 200  # rows and mistakes on the page; all of them count
LARGEST_FORM = 2 << 20  # characters of the file as the page carries it on, below what Django takes

_signer = signing.Signer(salt="mes.boards.tag_table")


@require_safe
@office(Permission.VIEW_MASTER_DATA)
def tags_download(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """The tags of a connection as the CSV file that can be taken back."""
    connection = connection_at(request, site, code)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{connection.site.code}-{connection.code}-tags.csv"'
    tags = list(connection.tags.select_related("station", "event").order_by("code"))
    csv.writer(response).writerows(map(neutral, row) for row in table_rows(tags))
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.CONNECT_MACHINES)
def tag_table(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """A table that is posted is previewed; one that comes back from its preview is taken, all rows or none."""
    connection = connection_at(request, site, code)
    if request.method != "POST":
        return _page(request, connection)
    if "carried" in request.POST:
        return _apply(request, connection)
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        refusal = InvalidInput(_("No file came."), do=_("Choose a CSV file, then press Preview."))
        return _page(request, connection, refusal=refusal)
    return _preview(request, connection, upload)


def _preview(request: HttpRequest, connection: Connection, upload: UploadedFile) -> HttpResponse:
    content, name = upload.read(), str(upload.name)[:100]
    whole = {"name": name, "text": content.decode("latin-1"), "connection": str(connection.pk)}
    carried = _signer.sign_object(whole, compress=True)
    if len(carried) > LARGEST_FORM:
        return _page(request, connection, refusal=InvalidInput(_("The file is too large."), do=_("Divide it.")))
    return _judged(request, connection, content, name, carried)


def _judged(request: HttpRequest, connection: Connection, content: bytes, name: str, carried: str) -> HttpResponse:
    """What the file would do; a file that can't be taken is answered on the same page, with every mistake."""
    try:
        with open_door(person=request.user, at=timezone.now()) as passage:
            take_table(
                connection=connection,
                table=csv_import.read(content, COLUMNS),
                by=passage.person,
                at=passage.at,
                is_rehearsal=True,
            )
    except Rehearsed as rehearsed:
        return _page(request, connection, found=rehearsed.found, name=name, carried=carried)
    except (FileUnreadable, ColumnsWrong, TagsWrong) as refusal:
        return _page(request, connection, refusal=refusal, name=name)
    raise AssertionError("a rehearsal ends by Rehearsed")


def _apply(request: HttpRequest, connection: Connection) -> HttpResponse:
    """Take the table that the page carried, as it was previewed. What has changed since is judged again."""
    given = cleaned(TagTableForm(request.POST))
    try:
        file = _signer.unsign_object(given["carried"])
    except signing.BadSignature as error:
        raise InvalidInput(_("The file did not come back as it was shown."), do=_("Choose it again.")) from error
    if file["connection"] != str(connection.pk):
        raise InvalidInput(_("The file was shown for another connection."), do=_("Choose it again."))
    content = file["text"].encode("latin-1")
    try:
        with desk_door(request, reason=given["reason"]) as passage:
            if not passage.replayed:
                table = csv_import.read(content, COLUMNS)
                taken = take_table(connection=connection, table=table, by=passage.person, at=passage.at)
                said = _("{made} tags are made, {changed} changed, {same} were so already.").format(
                    made=taken.made, changed=taken.changed, same=taken.same
                )
                passage.remember(said=said, to=reverse("connection", args=[connection.site.code, connection.code]))
    except TagsWrong:
        # Somebody changed a tag meanwhile: the same page again, with the file and what is wrong with it now.
        return _judged(request, connection, content, file["name"], given["carried"])
    return answer(request, passage)


def _page(
    request: HttpRequest,
    connection: Connection,
    *,
    found: Taken | None = None,
    refusal: Refusal | None = None,
    name: str = "",
    carried: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {"connection": connection, "columns": COLUMNS, "refusal": refusal, "shown": SHOWN}
    context |= {"found": found, "name": name, "carried": carried}
    if found is not None:
        context |= {"lines": found.lines[:SHOWN], "to_do": len(found.lines)}
    if refusal is not None:
        context |= {"errors": refusal.errors[:SHOWN], "error_count": len(refusal.errors)}
    return render(request, "boards/connection_tags.html", context, status=422 if refusal else 200)
