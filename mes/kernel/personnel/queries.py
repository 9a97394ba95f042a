from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet

from mes.kernel import door
from mes.kernel.personnel.models import Person, PersonQualification
from mes.kernel.prepared import any_of, prepared


class NeedsQualifications(Protocol):
    """A subject of the gates that asks for qualified people."""

    person: Any
    required_qualifications: Sequence[tuple[str, str, int]]

    def date_of(self, moment: datetime) -> date:
        """The date that it is then where the subject is."""
        ...


@dataclass(frozen=True)
class QualificationFacts:
    """required: (code, name, minimum level). held: code -> (level, expires_date or None). today: at the site."""

    person_name: str
    required: Sequence[tuple[str, str, int]]
    held: dict[str, tuple[int, date | None]]
    today: date


def qualifications(subjects: Sequence[NeedsQualifications]) -> list[QualificationFacts]:
    """What each subject's operation asks for and its person has; at most one query, none when nothing is asked."""
    people = {s.person.pk for s in subjects if s.person is not None and s.required_qualifications}
    held: dict[Any, dict[str, tuple[int, date | None]]] = {}
    if people:
        for one in _granted_to(people):
            held.setdefault(one.person_id, {})[one.qualification.code] = (one.level, one.expires_date)
    at = door.moment()
    return [
        QualificationFacts(
            s.person.full_name if s.person else "",
            s.required_qualifications,
            held.get(s.person.pk, {}) if s.person else {},
            s.date_of(at),
        )
        for s in subjects
    ]


@prepared
def _granted_to(people: Collection[UUID]) -> QuerySet[PersonQualification]:
    found = PersonQualification.objects.filter(person=any_of(people), withdrawn_at__isnull=True)
    return found.select_related("qualification")


def person_by_badge(badge: str) -> Person | None:
    """The active person whose badge carries this code."""
    return Person.objects.filter(badge=badge, is_active=True).first() if badge else None
