"""Importing orders from a file on screen: choose it, see what it would do, do exactly that."""

from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDictKeyError
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mes.erp.actions.orders import ImportRefused, import_orders
from mes.erp.imports import preview, table_of_file
from mes.erp.policies import COLUMNS, Fate, OrderImport
from mes.kernel.csv_import import ColumnsWrong, FileUnreadable
from mes.kernel.desk import desk_door, office
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal

SHOWN = 200  # rows and mistakes on the page; all of them count
LARGEST = 5 * 1024 * 1024  # bytes of a file
LARGEST_FORM = 2 * 1024 * 1024  # characters of the file as the page carries it on, below what Django takes

_signer = signing.Signer(salt="mes.erp.order_import")


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.IMPORT_ORDERS)
def order_import(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    if "carried" in request.POST:
        return _apply(request)
    return _preview(request)


def _preview(request: HttpRequest) -> HttpResponse:
    try:
        upload = request.FILES["file"]
    except MultiValueDictKeyError:
        return _page(request, refusal=InvalidInput(_("No file came."), do=_("Choose a CSV file, then press Preview.")))
    if upload.size > LARGEST:
        return _page(request, refusal=_too_large())
    content = upload.read()
    carried = _signer.sign_object({"name": upload.name[:100], "text": content.decode("latin-1")}, compress=True)
    if len(carried) > LARGEST_FORM:
        return _page(request, refusal=_too_large())
    return _judged(request, content, upload.name, carried)


def _judged(request: HttpRequest, content: bytes, name: str, carried: str) -> HttpResponse:
    """The preview of a file; a file that can't be read is answered on the same page, beside the choice of another."""
    try:
        found = preview(table_of_file(content), by=request.user)
    except (FileUnreadable, ColumnsWrong) as refusal:
        return _page(request, refusal=refusal, name=name)
    return _page(request, found=found, name=name, carried=carried)


def _apply(request: HttpRequest) -> HttpResponse:
    """Import the file that the page carried, as it was previewed. What has changed since is judged again."""
    try:
        file = _signer.unsign_object(request.POST["carried"])
    except signing.BadSignature as error:
        raise InvalidInput(_("The file did not come back as it was shown."), do=_("Choose it again.")) from error
    name, content = file["name"], file["text"].encode("latin-1")
    try:
        with desk_door(request, reason=f"Import of {name}") as passage:
            if not passage.replayed:
                found = import_orders(table=table_of_file(content), by=passage.person, at=passage.at)
                passage.remember(name=name, **_done(found))
    except ImportRefused:
        # Somebody changed an order meanwhile: the same page again, with the file and what is wrong with it now.
        return _judged(request, content, name, request.POST["carried"])
    return render(request, "erp/order_import_done.html", {"done": passage.answer})


def _done(found: OrderImport) -> dict[str, Any]:
    """What a result page says: the counts, and the first references by fate."""
    named = {str(fate): [line.request.erp_reference for line in found.of(fate)[:SHOWN]] for fate in Fate}
    return {"counts": found.counts, "references": named}


def _page(
    request: HttpRequest,
    *,
    found: OrderImport | None = None,
    refusal: Refusal | None = None,
    name: str = "",
    carried: str = "",
) -> HttpResponse:
    context: dict[str, Any] = {"columns": COLUMNS, "refusal": refusal, "name": name, "carried": carried}
    if found is not None:
        context |= {
            "found": found,
            "counts": found.counts,
            "to_do": len(found.lines) - len(found.of(Fate.UNCHANGED)),
            "errors": found.errors[:SHOWN],
            "lines": found.lines[:SHOWN],
            "shown": SHOWN,
        }
    wrong = refusal is not None or (found is not None and found.errors)
    return render(request, "erp/order_import.html", context, status=422 if wrong else 200)


def _too_large() -> Refusal:
    return InvalidInput(
        _("The file is too large for this page."),
        do=_("Divide it, or let an administrator run manage.py import_orders."),
    )
