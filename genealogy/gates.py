"""Gates about the components that a step is about to take."""

from decimal import Decimal

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


@gate(Hook.RECORD, Hook.COMPLETE, needs=[components])
def component_is_right_part(facts: Facts) -> Verdict | None:
    """Each scanned component is of the product that the BOM asks for at this step."""
    for scan in facts[components]:
        if scan.unit is not None and scan.unit.product_id != scan.wanted.product_id:
            return _no(
                "COMPONENT_WRONG_PART",
                scan,
                f"{scan.scanned} is {scan.unit.product.name}, not {scan.wanted.name}.",
                why=f"The step asks for {scan.wanted.code}; this is {scan.unit.product.code}.",
                do=f"Put it back and scan {scan.wanted.name}.",
            )
    return None


@gate(Hook.RECORD, Hook.COMPLETE, needs=[components, hosts])
def component_available(facts: Facts) -> Verdict | None:
    """Each scanned component is finished, not scrapped, and enough of it is left."""
    taken: dict[str, Decimal] = {}
    for scan in facts[components]:
        unit = scan.unit
        if unit is None:
            continue
        before = taken.get(unit.serial, Decimal(0))
        taken[unit.serial] = before + scan.quantity
        if unit.status == UnitStatus.SCRAPPED:
            return _no("COMPONENT_SCRAPPED", scan, f"{unit} is scrapped.", do="Put it to the scrap, take another one.")
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
