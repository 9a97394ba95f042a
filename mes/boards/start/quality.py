"""What quality decides on: lots in quarantine, calibrations."""

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from equipment.models import PhysicalAsset
from equipment.queries import assets_of, in_state
from equipment.status import CalibrationState
from genealogy.lots import in_quarantine
from mes.boards.start.panel import Asked, Line, Panel, panel
from mes.boards.templatetags.plant import moment, plain

_WRONG = (CalibrationState.OVERDUE, CalibrationState.MISSING)


def quarantine(asked: Asked) -> Panel:
    """Received lots and serials that wait for a decision, the oldest first."""
    return panel(
        _("In quarantine"),
        in_quarantine(asked.sites),
        lambda unit: Line(
            unit.serial,
            reverse("unit", args=[unit.serial]),
            f"{plain(unit.quantity)} {unit.product.quantity_unit} {unit.product}",
            _("since %(at)s") % {"at": moment(unit.created_at, unit.site)},
        ),
        empty=_("None: every lot that was received is decided."),
        more=reverse("stock", query={"show": "quarantine"}),
    )


def calibrations(asked: Asked) -> Panel:
    """Gauges and tools whose calibration is missing, over, or soon due."""
    sites = list(asked.sites.values())
    late = set(assets_of(asked.sites).filter(in_state(_WRONG, sites, asked.now)).values_list("pk", flat=True))
    return panel(
        _("Calibration due"),
        assets_of(asked.sites)
        .filter(in_state((*_WRONG, CalibrationState.DUE_SOON), sites, asked.now))
        .order_by("calibration_due_date", "code"),
        lambda asset: _asset(asset, is_late=asset.pk in late),
        empty=_("None: all calibrations are valid for a month."),
        more=reverse("assets"),
    )


def _asset(asset: PhysicalAsset, *, is_late: bool) -> Line:
    due = asset.calibration_due_date
    end = _("due %(date)s") % {"date": date_format(due, "j M Y")} if due else _("never calibrated")
    where = asset.station or _("at no station")
    mark = ("caution", "L") if is_late else ()
    return Line(asset.code, reverse("asset", args=[asset.pk]), f"{asset.asset_class}, {where}", end, *mark)
