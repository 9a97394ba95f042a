"""One box for whatever one holds in one's hand."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from mes.boards.addresses import page_of
from mes.boards.queries import near, others_named, records_named
from mes.kernel.desk import office, text_of
from mes.kernel.personnel.roles import Permission


@require_safe
@office(Permission.VIEW_UNITS)
def find(request: HttpRequest) -> HttpResponse:
    text = text_of(request, "q")
    found = records_named(request.user, text) if text else []
    if len(found) == 1:
        return redirect(page_of(found[0]))
    others = others_named(request.user, text) if text else []
    exactly = [one for one in others if text.lower() in one.names]
    if not found and len(exactly) == 1:
        return redirect(exactly[0].url)
    units, orders = near(request.user, text) if text else ([], [])
    context = {"q": text, "is_ambiguous": len(found) > 1, "units": units, "orders": orders, "others": others}
    return render(request, "boards/find.html", context)
