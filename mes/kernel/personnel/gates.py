from mes.kernel.gates import Facts, Hook, Override, Verdict, gate
from mes.kernel.personnel.queries import qualifications


@gate(*Hook, needs=[qualifications], override=Override.SUPERVISOR)
def operator_qualified(facts: Facts) -> Verdict | None:
    """The person has every qualification the operation asks for, at its level and not expired."""
    known = facts[qualifications]
    for code, name, level in known.required:
        held, expires = known.held.get(code, (0, None))
        lapsed = expires is not None and expires < known.today
        if held >= level and not lapsed:
            continue
        had = (
            f"expired on {expires:%d %b %Y}"
            if lapsed and held >= level
            else f"has level {held}"
            if held
            else "has none"
        )
        return Verdict(
            "OPERATOR_NOT_QUALIFIED",
            f"Needs {name}, level {level}: {known.person_name or 'nobody'} {had}.",
            do="Let a qualified person do it, or ask the supervisor to assign one.",
            tone="caution",
            evidence={"qualification": code, "level": level, "held": held},
        )
    return None
