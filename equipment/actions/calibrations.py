"""Calibrating tools, gauges and fixtures."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from equipment.actions.assets import lock
from equipment.models import CalibrationRecord, PhysicalAsset
from equipment.models.assets import CERTIFICATES
from equipment.status import CalibrationResult
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, Refusal

MAX_CERTIFICATE_BYTES = 10 << 20


class NotCalibrated(Refusal):
    """Assets of this class are not calibrated."""


@dataclass(frozen=True)
class Calibration:
    """What a calibration found (ISO 10012), as the certificate has it.

    as_found, as_left: before and after adjustment. standard: what it was compared with. certificate: an uploaded file.
    due_date: when the next one is due; None: after the interval of the class.
    """

    result: str
    as_found: str
    as_left: str
    standard: str
    certificate_number: str = ""
    certificate: Any = None
    due_date: date | None = None


def calibrate(*, asset: PhysicalAsset, found: Calibration, by: Person, at: datetime) -> CalibrationRecord:
    """Record a calibration; from now on its due date is the asset's, none after one that failed.

    Raises NotCalibrated; InvalidInput naming each field that is missing or does not fit.
    """
    check_permission(by, Permission.CALIBRATE_ASSETS)
    locked = lock(asset=asset, by=by)
    interval = locked.asset_class.calibration_interval_days
    if interval is None:
        raise NotCalibrated(
            _("{asset} is of the class {asset_class}, which is not calibrated.").format(
                asset=locked, asset_class=locked.asset_class
            ),
            do=_("Give the class an interval first."),
        )
    today = locked.site.local(at).date()
    if errors := _mistakes(found, today):
        raise InvalidInput(_("The calibration is not complete."), do=_("Correct what is named."), errors=errors)
    due = None
    if found.result != CalibrationResult.FAILED:
        due = found.due_date or today + timedelta(days=interval)
    record = CalibrationRecord.objects.create(
        site_id=locked.site_id,
        asset=locked,
        at=at,
        by=by,
        result=found.result,
        as_found=found.as_found.strip(),
        as_left=found.as_left.strip(),
        standard=found.standard.strip(),
        certificate_number=found.certificate_number.strip(),
        certificate=found.certificate or "",
        due_date=due,
    )
    locked.calibration_due_date = due
    locked.save(update_fields=["calibration_due_date"])
    return record


def _mistakes(found: Calibration, today: date) -> list[FieldError]:
    errors = [
        FieldError(name, _("It is missing."), _("Copy it from the certificate."))
        for name in ("as_found", "as_left", "standard")
        if not getattr(found, name).strip()
    ]
    if found.result not in CalibrationResult.values:
        errors.append(
            FieldError("result", _("It is one of {values}.").format(values=", ".join(CalibrationResult.values)))
        )
    if found.due_date is not None:
        if found.result == CalibrationResult.FAILED:
            errors.append(FieldError("due_date", _("What failed has no next date."), _("Leave it out.")))
        elif found.due_date <= today:
            errors.append(
                FieldError("due_date", _("The next calibration is due after today."), _("Give a later date."))
            )
    if found.certificate:
        if Path(found.certificate.name).suffix.lower().removeprefix(".") not in CERTIFICATES:
            errors.append(
                FieldError(
                    "certificate",
                    _("A certificate is one of: {certificates}.").format(certificates=", ".join(CERTIFICATES)),
                )
            )
        if found.certificate.size > MAX_CERTIFICATE_BYTES:
            errors.append(FieldError("certificate", _("It has more than 10 MB."), _("Scan it at a lower resolution.")))
    return errors
