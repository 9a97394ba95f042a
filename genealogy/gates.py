"""Gates about the components that a step is about to take."""

from datetime import date
from decimal import Decimal

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
                f"{scan.scanned} is not a unit or lot of this site.",
                why=f"The step asks for {scan.wanted.name} ({scan.wanted.code}).",
                do="Scan the label of the part again; if it stays unknown, ask for it to be received.",
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
                f"{scan.scanned} is {scan.unit.product.name}, not {scan.wanted.name}.",
                why=f"The step asks for {scan.wanted.code}; this is {scan.unit.product.code}.",
                do=f"Put it back and scan {scan.wanted.name}.",
            )
        if not listed.is_valid_on(facts[material].day):
            return _no(
                "SUBSTITUTE_NOT_VALID",
                scan,
                f"{listed.code} does not replace {scan.wanted.code} today.",
                why=f"It is listed as its substitute {_days(listed.valid_from, listed.valid_to)}.",
                do=f"Put it back and scan {scan.wanted.name}.",
            )
    return None


def _days(first: date | None, last: date | None) -> str:
    return " ".join(word for word in (f"from {first}" if first else "", f"to {last}" if last else "") if word)


@gate(Hook.RECORD, Hook.COMPLETE, needs=[components, material])
def component_is_right_revision(facts: Facts) -> Verdict | None:
    """Where the BOM asks for one revision of a component, each scanned one is of that revision."""
    for scan in facts[components]:
        unit, wanted = scan.unit, scan.wanted.revision
        if unit is None or not wanted or unit.product_id != scan.wanted.product_id:
            continue
        found = facts[material].revisions.get(unit.product_revision_id, "")
        if found != wanted:
            return _no(
                "COMPONENT_WRONG_REVISION",
                scan,
                f"{unit} is {f'revision {found}' if found else 'of no known revision'}, not revision {wanted}.",
                why=f"The BOM asks for {scan.wanted.code} rev {wanted} alone.",
                do=f"Put it back and scan one of revision {wanted}.",
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
                f"Do not use it: {scan.unit} is in quarantine.",
                why="Quality has not released it yet.",
                do="Bring it back to the quarantine, and take a released one.",
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
                f"Do not use it: {scan.unit} expired on {expires}.",
                do="Put it aside for quality, and take the next lot.",
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
                f"{unit} is staged at {there}.",
                do="Use it there, or stage it here first: open Material and scan it.",
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
            return _no("COMPONENT_SCRAPPED", scan, f"{unit} is scrapped.", do="Put it to the scrap, take another one.")
        if unit.status == UnitStatus.RETURNED:
            return _no(
                "COMPONENT_RETURNED",
                scan,
                f"{unit} was sent back to its supplier.",
                do="Put it aside for quality, and take another one.",
            )
        if unit.status == UnitStatus.IN_PROCESS:
            return _no("COMPONENT_NOT_FINISHED", scan, f"{unit} is not finished itself.", do="Take a finished one.")
        if unit.quantity_left < taken[unit.serial]:
            return _spent(scan, unit.quantity_left - before, facts[hosts].get(unit.pk))
    return None


def _spent(scan: ComponentScan, left: Decimal, host: str | None) -> Verdict:
    assert scan.unit is not None
    if scan.unit.quantity == 1:
        return _no(
            "COMPONENT_CONSUMED",
            scan,
            f"{scan.unit} is built in already.",
            why=f"It is in {host}." if host else "It was scanned twice for this unit.",
            do="Scan another one, and put this label aside for quality.",
        )
    return _no(
        "COMPONENT_NOT_ENOUGH",
        scan,
        f"Of {scan.unit} {plain(left)} {scan.wanted.quantity_unit} are left, {plain(scan.quantity)} are needed.",
        do="Take the next lot.",
    )
