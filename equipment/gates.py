"""Gates about tools, gauges and fixtures: there, calibrated, not worn out. Who asks for none pays nothing."""

from equipment.facts import assets_here, assets_taken
from equipment.models import PhysicalAsset
from mes.kernel.gates import Facts, Hook, Verdict, gate
from mes.kernel.numbers import plain

_ANOTHER = "Bring another one and scan its code at Tools"


@gate(Hook.START, needs=[assets_here])
def asset_at_station(facts: Facts) -> Verdict | None:
    """A tool, gauge or fixture of each class that the operation asks for is at the station."""
    known = facts[assets_here]
    missing = [needed.name for needed in known.required if not known.of_class(needed.class_code)]
    if not missing:
        return None
    return Verdict(
        "ASSET_MISSING",
        f"No {missing[0]} is at {known.station_code}.",
        "The operation needs one." if len(missing) == 1 else f"It needs {', '.join(missing[1:])} as well.",
        "Bring one and scan its code at Tools.",
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
        "" if asset.calibration_due_date else "It was never calibrated, or failed the last time.",
        f"{_ANOTHER}, or let quality calibrate this one.",
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
    limits = asset.asset_class
    used = [f"{asset.cycles} of {limits.life_cycles} cycles"] if limits.life_cycles is not None else []
    used += [f"{plain(asset.hours)} of {plain(limits.life_hours)} hours"] if limits.life_hours is not None else []
    return Verdict(
        "ASSET_WORN_OUT",
        f"{asset} has no life left.",
        f"It has done {' and '.join(used)}.",
        f"{_ANOTHER}, and have this one overhauled.",
        evidence={"asset": asset.code, "cycles": asset.cycles, "hours": plain(asset.hours)},
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
        _uncalibrated(asset) if asset.is_active else f"{asset} was taken out of use.",
        "The operation took it at its start.",
        f"Bring it back to the store. {_ANOTHER}.",
        evidence=_evidence(asset),
    )


def _uncalibrated(asset: PhysicalAsset) -> str:
    due = asset.calibration_due_date
    return f"{asset} was due for calibration on {due:%d %b %Y}." if due else f"{asset} has no valid calibration."


def _evidence(asset: PhysicalAsset) -> dict[str, str | None]:
    due = asset.calibration_due_date
    return {"asset": asset.code, "due_date": due.isoformat() if due else None}
