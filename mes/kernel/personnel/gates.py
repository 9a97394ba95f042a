from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mes.kernel.gates import Facts, Hook, Override, Verdict, gate
from mes.kernel.personnel.queries import qualifications


@gate(Hook.START, Hook.TAKE_OVER, Hook.RECORD, Hook.COMPLETE, needs=[qualifications], override=Override.SUPERVISOR)
def operator_qualified(facts: Facts) -> Verdict | None:
    """The person has every qualification the operation asks for, at its level and not expired."""
    known = facts[qualifications]
    for code, name, level in known.required:
        held, expires = known.held.get(code, (0, None))
        lapsed = expires is not None and expires < known.today
        if held >= level and not lapsed:
            continue
        return Verdict(
            "OPERATOR_NOT_QUALIFIED",
            _missing(known.person_name or _("nobody"), name, level, held, expires if lapsed else None),
            do=_("Let a qualified person do it, or ask the supervisor to assign one."),
            tone="caution",
            evidence={"qualification": code, "level": level, "held": held},
        )
    return None


def _missing(person: str, name: str, level: int, held: int, expired: date | None) -> str:
    if expired is not None and held >= level:
        return _("Needs {qualification}, level {level}: {person} expired on {day}.").format(
            qualification=name, level=level, person=person, day=date_format(expired, "d M Y")
        )
    if held:
        return _("Needs {qualification}, level {level}: {person} has level {held}.").format(
            qualification=name, level=level, person=person, held=held
        )
    return _("Needs {qualification}, level {level}: {person} has none.").format(
        qualification=name, level=level, person=person
    )
