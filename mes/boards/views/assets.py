"""Tools, gauges and fixtures: where they are, whether they are calibrated, how much life is left."""

from typing import Any
from uuid import UUID

from django.core.exceptions import SuspiciousFileOperation
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from equipment.actions import assets, calibrations
from equipment.actions.calibrations import Calibration
from equipment.condition import row_of
from equipment.forms import CalibrationForm, PlaceForm, WhyForm
from equipment.models import AssetUse, CalibrationRecord, PhysicalAsset
from equipment.queries import WORN_OUT, assets_of, due_this_month, in_state, sites_of
from equipment.status import CalibrationResult, CalibrationState
from mes.boards.asset_record import doubt_about, touched_by, values_of
from mes.kernel.desk import answer, cleaned, desk_door, office, refusal_of, text_of
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission

PER_PAGE = 50
_FILTERS = [
    ("", gettext_lazy("In use")),
    ("overdue", gettext_lazy("Overdue")),
    ("soon", gettext_lazy("Due within 30 days")),
    ("month", gettext_lazy("Due this month")),
    ("missing", gettext_lazy("Without calibration")),
    ("worn", gettext_lazy("Life used up")),
    ("out", gettext_lazy("Out of use")),
]


@require_safe
@office(Permission.VIEW_UNITS)
def asset_list(request: HttpRequest) -> HttpResponse:
    """The assets of the person's sites, by what has to be done about them. Printed, it is the list to walk with."""
    conditions = _conditions(request)
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in conditions else ""
    text = text_of(request, "text")
    found = assets_of(sites_of(request.user))
    if text:
        found = found.filter(
            Q(code__icontains=text)
            | Q(name__icontains=text)
            | Q(serial_number__icontains=text)
            | Q(asset_class__name__icontains=text)
            | Q(station__code__iexact=text)
        )
    # Names of aggregates begin with a letter; the first filter has no name.
    counts = found.aggregate(**{f"n_{name}": Count("pk", filter=condition) for name, condition in conditions.items()})
    now = timezone.now()
    page = Paginator(_by_date(found.filter(conditions[chosen]), chosen), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [row_of(asset, now) for asset in page.object_list],
        "filters": [(name, label, counts[f"n_{name}"]) for name, label in _FILTERS],
        "chosen": chosen,
        "title": dict(_FILTERS)[chosen],
        "text": text,
        "now": now,
    }
    return render(request, "equipment/asset_list.html", context)


def _conditions(request: HttpRequest) -> dict[str, Q]:
    sites, now, in_use = sites_of(request.user).values(), timezone.now(), Q(is_active=True)
    return {
        "": in_use,
        "overdue": in_use & in_state([CalibrationState.OVERDUE], sites, now),
        "soon": in_use & in_state([CalibrationState.DUE_SOON], sites, now),
        "month": in_use & due_this_month(sites, now),
        "missing": in_use & in_state([CalibrationState.MISSING], sites, now),
        "worn": in_use & WORN_OUT,
        "out": ~in_use,
    }


def _by_date(found: Any, chosen: str) -> Any:
    return found.order_by("calibration_due_date", "code") if chosen in ("overdue", "soon", "month") else found


@require_safe
@office(Permission.VIEW_UNITS)
def asset_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One asset: its calibrations, and what it was used on; after a bad one, since the last good calibration."""
    asset, now = _asset(request, pk), timezone.now()
    doubt = doubt_about(asset)
    since = doubt.since if doubt and request.GET.get("since") != "all" else None
    page = Paginator(touched_by(asset, since), PER_PAGE).get_page(request.GET.get("page"))
    executions = list(page.object_list)
    values = values_of(executions)
    context = {
        "row": row_of(asset, now),
        "asset": asset,
        "calibrations": asset.calibrations.select_related("by"),
        "overhauls": AssetUse.objects.filter(asset=asset, execution__isnull=True).select_related("by"),
        "doubt": doubt,
        "since": since,
        "page": page,
        "touched": [(execution, values.get(execution.pk, [])) for execution in executions],
        "place_form": PlaceForm(asset=asset, initial={"station": asset.station_id}),
        "why_form": WhyForm(auto_id=False),
        "may_hold": request.user.may(Permission.PLACE_HOLDS),
        "why_not_place": refusal_of(check_permission, request.user, Permission.MOVE_ASSETS),
        "why_not_calibrate": refusal_of(check_permission, request.user, Permission.CALIBRATE_ASSETS),
    }
    return render(request, "equipment/asset.html", context)


@require_POST
@office(Permission.MOVE_ASSETS)
def place(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Bring the asset to a station, or to the store."""
    asset = _asset(request, pk)
    station = cleaned(PlaceForm(request.POST, asset=asset))["station"]
    with desk_door(request) as passage:
        if not passage.replayed:
            assets.place(asset=asset, station=station, by=passage.person, at=passage.at)
            said = _("%(asset)s is at %(station)s now.") if station else _("%(asset)s is in the store now.")
            passage.remember(said=said % {"asset": asset, "station": station}, to=_address(asset))
    return answer(request, passage)


@require_POST
@office(Permission.CALIBRATE_ASSETS)
def overhaul(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin the asset's life anew."""
    asset, given = _asset(request, pk), cleaned(WhyForm(request.POST))
    with desk_door(request) as passage:
        if not passage.replayed:
            assets.overhaul(asset=asset, reason=given["reason"], by=passage.person, at=passage.at)
            said = _("%(asset)s begins its life anew.") % {"asset": asset}
            passage.remember(said=said, to=_address(asset))
    return answer(request, passage)


@require_POST
@office(Permission.CALIBRATE_ASSETS)
def change_use(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the asset out of use; one that is out of use, back into it."""
    asset, given = _asset(request, pk), cleaned(WhyForm(request.POST))
    with desk_door(request, reason=given["reason"]) as passage:
        if not passage.replayed:
            verb = assets.retire if asset.is_active else assets.restore
            verb(asset=asset, by=passage.person, at=passage.at)
            said = _("%(asset)s is out of use.") if asset.is_active else _("%(asset)s is in use again, in the store.")
            passage.remember(said=said % {"asset": asset}, to=_address(asset))
    return answer(request, passage)


@require_http_methods(["GET", "HEAD", "POST"])
@office(Permission.CALIBRATE_ASSETS)
def calibrate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Enter a calibration, with its certificate as a file."""
    asset = _asset(request, pk)
    if request.method != "POST":
        shown = CalibrationForm(initial={"result": CalibrationResult.PASSED})
        interval = asset.asset_class.calibration_interval_days
        return render(request, "equipment/calibrate.html", {"asset": asset, "form": shown, "interval": interval})
    given = cleaned(CalibrationForm(request.POST, request.FILES))
    with desk_door(request) as passage:
        if not passage.replayed:
            record = calibrations.calibrate(asset=asset, found=Calibration(**given), by=passage.person, at=passage.at)
            said = _("The calibration of %(asset)s is recorded: %(result)s.") % {
                "asset": asset,
                "result": record.get_result_display().lower(),
            }
            passage.remember(said=said, to=_address(asset))
    return answer(request, passage)


@require_safe
@office(Permission.VIEW_UNITS)
def certificate(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The certificate of a calibration, to be kept or opened by whatever the reader has for it."""
    record = CalibrationRecord.objects.filter(pk=pk, site__in=sites_of(request.user)).select_related("asset").first()
    if record is None or not record.certificate:
        raise Http404
    try:
        file = record.certificate.open()
    except (OSError, SuspiciousFileOperation) as error:
        raise Http404 from error
    name = f"{record.asset.code} {record.certificate_number or record.at.date()}"
    suffix = record.certificate.name.rpartition(".")[2]
    return FileResponse(file, as_attachment=True, filename=f"{name}.{suffix}".replace("/", "-"))


def _asset(request: HttpRequest, pk: UUID) -> PhysicalAsset:
    asset = assets_of(sites_of(request.user)).filter(pk=pk).first()
    if asset is None:
        raise Http404
    return asset


def _address(asset: PhysicalAsset) -> str:
    return reverse("asset", args=[asset.pk])
