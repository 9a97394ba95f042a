"""Gates about the components that a step is about to take."""

from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from genealogy.facts import Material, material
from genealogy.queries import ComponentScan, components, hosts
from genealogy.status import UnitStatus
from mes.kernel.gates import Facts, Hook, Verdict, gate
from mes.kernel.numbers import plain


def _no(code: str, scan: ComponentScan, what: str, *, why: str = "", do: str = "") -> Verdict:
    return Verdict(code, what, why, do, evidence={"scanned": scan.scanned, "step": scan.step_code})


@gate(Hook.RECORD, Hook.COMPLETE, needs=[components])
def component_known(facts: Facts) -> Verdict | None:
    """Each scanned component is a unit or lot of this site."""
    for scan in facts[components]:
        if scan.unit is None:
            return _no(
                "COMPONENT_UNKNOWN",
                scan,
                _("{scanned} is not a unit or lot of this site.").format(scanned=scan.scanned),
                why=_("The step asks for {product} ({code}).").format(product=scan.wanted.name, code=scan.wanted.code),
                do=_("Scan the label of the part again; if it stays unknown, ask for it to be received."),
            )
    return None


@gate(Hook.RECORD, Hook.COMPLETE, needs=[components, material])
def component_is_right_part(facts: Facts) -> Verdict | None:
    """Each scanned component is of the product that the BOM asks for at this step, or a substitute valid today."""
    for scan in facts[components]:
        if scan.unit is None or scan.unit.product_id == scan.wanted.product_id:
            continue
        listed = scan.substitute
        if listed is None:
            return _no(
                "COMPONENT_WRONG_PART",
                scan,
                _("{scanned} is {product}, not {wanted}.").format(
                    scanned=scan.scanned, product=scan.unit.product.name, wanted=scan.wanted.name
                ),
                why=_("The step asks for {wanted}; this is {product}.").format(
                    wanted=scan.wanted.code, product=scan.unit.product.code
                ),
                do=_("Put it back and scan {wanted}.").format(wanted=scan.wanted.name),
            )
        if not listed.is_valid_on(facts[material].day):
            return _no(
                "SUBSTITUTE_NOT_VALID",
                scan,
                _("{listed} does not replace {wanted} today.").format(listed=listed.code, wanted=scan.wanted.code),
                why=_listed(listed.valid_from, listed.valid_to),
                do=_("Put it back and scan {wanted}.").format(wanted=scan.wanted.name),
            )
    return None


def _listed(first: date | None, last: date | None) -> str:
    """On which days a substitute is listed; it has a first or a last one."""
    if first is None:
        return _("It is listed as its substitute to {last}.").format(last=last)
    if last is None:
        return _("It is listed as its substitute from {first}.").format(first=first)
    return _("It is listed as its substitute from {first} to {last}.").format(first=first, last=last)


@gate(Hook.RECORD, Hook.COMPLETE, needs=[components, material])
def component_is_right_revision(facts: Facts) -> Verdict | None:
    """Where the BOM asks for one revision of a component, each scanned one is of that revision."""
    for scan in facts[components]:
        unit, wanted = scan.unit, scan.wanted.revision
        if unit is None or not wanted or unit.product_id != scan.wanted.product_id:
            continue
        found = facts[material].revisions.get(unit.product_revision_id, "")
        if found != wanted:
            what = _("{unit} is of no known revision, not revision {wanted}.")
            if found:
                what = _("{unit} is revision {found}, not revision {wanted}.")
            return _no(
                "COMPONENT_WRONG_REVISION",
                scan,
                what.format(unit=unit, found=found, wanted=wanted),
                why=_("The BOM asks for {product} rev {revision} alone.").format(
                    product=scan.wanted.code, revision=wanted
                ),
                do=_("Put it back and scan one of revision {revision}.").format(revision=wanted),
            )
    return None


@gate(Hook.RECORD, Hook.COMPLETE, needs=[components])
def component_released(facts: Facts) -> Verdict | None:
    """No scanned component waits in quarantine."""
    for scan in facts[components]:
        if scan.unit is not None and scan.unit.status == UnitStatus.QUARANTINED:
            return _no(
                "COMPONENT_QUARANTINED",
                scan,
                _("Do not use it: {unit} is in quarantine.").format(unit=scan.unit),
                why=_("Quality has not released it yet."),
                do=_("Bring it back to the quarantine, and take a released one."),
            )
    return None


@gate(Hook.RECORD, Hook.COMPLETE, needs=[components, material])
def component_not_expired(facts: Facts) -> Verdict | None:
    """No scanned component is beyond its last day, by the site's calendar."""
    for scan in facts[components]:
        expires = scan.unit.expires_date if scan.unit is not None else None
        if expires is not None and expires < facts[material].day:
            return _no(
                "COMPONENT_EXPIRED",
                scan,
                _("Do not use it: {unit} expired on {date}.").format(unit=scan.unit, date=expires),
                do=_("Put it aside for quality, and take the next lot."),
            )
    return None


@gate(Hook.RECORD, Hook.COMPLETE, needs=[components, material])
def component_staged_here(facts: Facts) -> Verdict | None:
    """A component that is staged is used at that station; one that is staged nowhere may be used anywhere."""
    known: Material = facts[material]
    for scan in facts[components]:
        unit = scan.unit
        if unit is None or unit.station_id is None or unit.station_id == known.station_id:
            continue
        if unit.status == UnitStatus.FINISHED:
            there = known.stations[unit.station_id]
            return _no(
                "COMPONENT_STAGED_ELSEWHERE",
                scan,
                _("{unit} is staged at {station}.").format(unit=unit, station=there),
                do=_("Use it there, or stage it here first: open Material and scan it."),
            )
    return None


@gate(Hook.RECORD, Hook.COMPLETE, needs=[components, hosts])
def component_available(facts: Facts) -> Verdict | None:
    """Each scanned component is finished, neither scrapped nor sent back, and enough of it is left."""
    taken: dict[str, Decimal] = {}
    for scan in facts[components]:
        unit = scan.unit
        if unit is None:
            continue
        before = taken.get(unit.serial, Decimal(0))
        taken[unit.serial] = before + scan.quantity
        if unit.status == UnitStatus.SCRAPPED:
            return _no(
                "COMPONENT_SCRAPPED",
                scan,
                _("{unit} is scrapped.").format(unit=unit),
                do=_("Put it to the scrap, take another one."),
            )
        if unit.status == UnitStatus.RETURNED:
            return _no(
                "COMPONENT_RETURNED",
                scan,
                _("{unit} was sent back to its supplier.").format(unit=unit),
                do=_("Put it aside for quality, and take another one."),
            )
        if unit.status == UnitStatus.IN_PROCESS:
            return _no(
                "COMPONENT_NOT_FINISHED",
                scan,
                _("{unit} is not finished itself.").format(unit=unit),
                do=_("Take a finished one."),
            )
        if unit.quantity_left < taken[unit.serial]:
            return _spent(scan, unit.quantity_left - before, facts[hosts].get(unit.pk))
    return None


def _spent(scan: ComponentScan, left: Decimal, host: str | None) -> Verdict:
    assert scan.unit is not None
    if scan.unit.quantity == 1:
        return _no(
            "COMPONENT_CONSUMED",
            scan,
            _("{unit} is built in already.").format(unit=scan.unit),
            why=_("It is in {host}.").format(host=host) if host else _("It was scanned twice for this unit."),
            do=_("Scan another one, and put this label aside for quality."),
        )
    return _no(
        "COMPONENT_NOT_ENOUGH",
        scan,
        _("Of {unit} {left} {unit_of_measure} are left, {quantity} are needed.").format(
            unit=scan.unit, left=plain(left), unit_of_measure=scan.wanted.quantity_unit, quantity=plain(scan.quantity)
        ),
        do=_("Take the next lot."),
    )
