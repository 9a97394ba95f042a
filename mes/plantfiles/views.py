"""Plant files on screen: download what is there; upload a zip, see what it would do, do exactly that."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from mes.kernel.desk import desk_door, office
from mes.kernel.documents import FilesWrong
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal
from mes.plantfiles.actions.plant import PlantImport, import_plant
from mes.plantfiles.actions.rows import REASON
from mes.plantfiles.folders import FolderUnreadable, read_zip, zip_of
from mes.plantfiles.importers import rehearse
from mes.plantfiles.report import report_of
from mes.plantfiles.uploads import check_size, keep, kept
from mes.plantfiles.writing import export_for

SHOWN = 200  # changes and mistakes on the page; all of them count


@require_safe
@office(Permission.IMPORT_PLANT)
def download(request: HttpRequest) -> HttpResponse:
    """The plant as a zip, as far as the person may see it."""
    response = HttpResponse(zip_of(export_for(request.user)), content_type="application/zip")  # type: ignore[arg-type]
    response["Content-Disposition"] = 'attachment; filename="plant.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.IMPORT_PLANT)
def plant_files(request: HttpRequest) -> HttpResponse:
    """The page itself; a zip that is posted to it is previewed, one that comes back with its ticket imported."""
    if request.method != "POST":
        return _page(request)
    if "ticket" in request.POST:
        return _apply(request)
    upload = request.FILES.get("file")
    if not isinstance(upload, UploadedFile):
        return _page(request, refusal=InvalidInput(_("No file came."), do=_("Choose a zip file, then press Preview.")))
    return _preview(request, upload)


def _preview(request: HttpRequest, upload: UploadedFile) -> HttpResponse:
    person: Any = request.user
    at, name = timezone.now(), str(upload.name)[:100]
    try:
        check_size(upload.size or 0)
        content = upload.read()
        found = rehearse(read_zip(content), person, at, is_trusted=False)
    except (FilesWrong, FolderUnreadable, InvalidInput) as refusal:
        return _page(request, refusal=refusal, name=name)
    return _page(request, found=found, name=name, ticket=keep(content, person, at))


def _apply(request: HttpRequest) -> HttpResponse:
    """Import the zip as it was previewed. What has changed since is judged again."""
    person: Any = request.user
    name = request.POST.get("name", "")[:100]
    try:
        files = read_zip(kept(request.POST["ticket"], person))
        with desk_door(request, reason=REASON) as passage:
            if not passage.replayed:
                found = import_plant(
                    files=files, signers={}, is_trusted=False, is_rehearsal=False, by=person, at=passage.at
                )
                done = report_of(found, applied=True)
                passage.remember(
                    name=name, counts=done["counts"], awaiting=done["awaiting"][:SHOWN], missing=done["missing"]
                )
    except (FilesWrong, FolderUnreadable) as refusal:
        return _page(request, refusal=refusal, name=name)
    return render(request, "plantfiles/done.html", {"done": passage.answer})


def _page(
    request: HttpRequest,
    *,
    found: PlantImport | None = None,
    refusal: Refusal | None = None,
    name: str = "",
    ticket: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {"refusal": refusal, "name": name, "ticket": ticket, "shown": SHOWN}
    if found is not None:
        report = report_of(found, applied=False)
        context |= {"counts": report["counts"], "changes": report["changes"][:SHOWN], "more": report["changes"][SHOWN:]}
        context |= {"awaiting": report["awaiting"][:SHOWN], "found": found, "to_do": len(report["changes"])}
        context |= {"missing": report["missing"]}
    if refusal is not None:
        context |= {"errors": refusal.errors[:SHOWN], "error_count": len(refusal.errors)}
    return render(request, "plantfiles/plant_files.html", context, status=422 if refusal else 200)
