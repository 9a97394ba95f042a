"""Gates about tools, gauges and fixtures: there, calibrated, not worn out. Who asks for none pays nothing."""

from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from equipment.facts import assets_here, assets_taken
from equipment.machine_facts import machines
from equipment.models import PhysicalAsset
from equipment.status import MachineState
from mes.kernel.gates import Facts, Hook, Override, Verdict, gate
from mes.kernel.numbers import plain
from mes.kernel.words import told


@gate(Hook.START, needs=[assets_here])
def asset_at_station(facts: Facts) -> Verdict | None:
    """A tool, gauge or fixture of each class that the operation asks for is at the station."""
    known = facts[assets_here]
    missing = [needed.name for needed in known.required if not known.of_class(needed.class_code)]
    if not missing:
        return None
    first, *rest = missing
    return Verdict(
        "ASSET_MISSING",
        _("No {tool} is at {station}.").format(tool=first, station=known.station_code),
        _("It needs {tools} as well.").format(tools=", ".join(rest)) if rest else _("The operation needs one."),
        _("Bring one and scan its code at Tools."),
        tone="caution",
        evidence={"classes": missing},
    )


@gate(Hook.START, needs=[assets_here])
def asset_calibrated(facts: Facts) -> Verdict | None:
    """What the operation asks for is calibrated on the date at the site."""
    known = facts[assets_here]
    asset = next((here[0] for here in known.classes() if not known.calibrated(here)), None)
    if asset is None:
        return None
    return Verdict(
        "ASSET_NOT_CALIBRATED",
        _uncalibrated(asset),
        "" if asset.calibration_due_date else _("It was never calibrated, or failed the last time."),
        _("Bring another one and scan its code at Tools, or let quality calibrate this one."),
        evidence=_evidence(asset),
    )


@gate(Hook.START, needs=[assets_here])
def asset_has_life(facts: Facts) -> Verdict | None:
    """What the operation asks for has cycles and hours of its life left."""
    known = facts[assets_here]
    calibrated = (known.calibrated(here) for here in known.classes())
    asset = next((found[0] for found in calibrated if found and not any(one.has_life for one in found)), None)
    if asset is None:
        return None
    return Verdict(
        "ASSET_WORN_OUT",
        _("{asset} has no life left.").format(asset=asset),
        _used(asset),
        _("Bring another one and scan its code at Tools, and have this one overhauled."),
        evidence={"asset": asset.code, "cycles": asset.cycles, "hours": plain(asset.hours)},
    )


@gate(Hook.START, needs=[machines], override=Override.SUPERVISOR)
def machine_ready(facts: Facts) -> Verdict | None:
    """The station's machine is in a state that the station asks for, as far as anybody knows."""
    known = facts[machines]
    if known is None or known.is_ready:
        return None
    evidence = {"station": known.station_code, "state": known.state}
    if not known.state:
        return Verdict(
            "MACHINE_NOT_KNOWN",
            _("Nobody knows how the machine at {station} is.").format(station=known.station_code),
            _("No state is known of it now: it is not watched, or none of its conditions holds."),
            _("Look at the machine and its connection; a supervisor may let the start pass."),
            tone="caution",
            evidence=evidence,
        )
    return Verdict(
        "MACHINE_NOT_READY",
        _("The machine at {station} is {state}.").format(
            station=known.station_code, state=MachineState(known.state).label.lower()
        ),
        told(known.detail),
        _("Start when it is ready; a supervisor may let the start pass."),
        tone="caution",
        evidence=evidence,
    )


@gate(Hook.RECORD, Hook.COMPLETE, needs=[assets_taken])
def taken_asset_still_fit(facts: Facts) -> Verdict | None:
    """What the operation took at its start is still in use and calibrated, or another one is in its place."""
    known = facts[assets_taken]
    asset = next((one for one in known.unfit() if known.another(one) is None), None)
    if asset is None:
        return None
    return Verdict(
        "ASSET_NO_LONGER_FIT",
        _uncalibrated(asset) if asset.is_active else _("{asset} was taken out of use.").format(asset=asset),
        _("The operation took it at its start."),
        _("Bring it back to the store. Bring another one and scan its code at Tools."),
        evidence=_evidence(asset),
    )


def _uncalibrated(asset: PhysicalAsset) -> str:
    due = asset.calibration_due_date
    if due is None:
        return _("{asset} has no valid calibration.").format(asset=asset)
    return _("{asset} was due for calibration on {day}.").format(asset=asset, day=date_format(due, "d M Y"))


def _used(asset: PhysicalAsset) -> str:
    limits = asset.asset_class
    cycles, hours = asset.cycles, plain(asset.hours)
    life_cycles, life_hours = limits.life_cycles, plain(limits.life_hours or Decimal(0))
    if limits.life_hours is None:
        return _("It has done {cycles} of {life_cycles} cycles.").format(cycles=cycles, life_cycles=life_cycles)
    if limits.life_cycles is None:
        return _("It has done {hours} of {life_hours} hours.").format(hours=hours, life_hours=life_hours)
    return _("It has done {cycles} of {life_cycles} cycles and {hours} of {life_hours} hours.").format(
        cycles=cycles, life_cycles=life_cycles, hours=hours, life_hours=life_hours
    )


def _evidence(asset: PhysicalAsset) -> dict[str, str | None]:
    due = asset.calibration_due_date
    return {"asset": asset.code, "due_date": due.isoformat() if due else None}
