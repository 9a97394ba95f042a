"""What the gates about components know beyond the scans themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from equipment.models import Station
from genealogy.queries import ComponentScan
from genealogy.status import UnitStatus
from mes.kernel.door import moment
from orders.models import ProductRevision


class TakesMaterial(Protocol):
    components: Sequence[ComponentScan]

    @property
    def station(self) -> Station | None: ...

    def date_of(self, moment: datetime) -> date: ...


@dataclass(frozen=True)
class Material:
    """day: today at the site. revisions, stations: codes by key, of those that a component or its BOM line asks about.

    station_id: where the job is.
    """

    day: date = date.min
    station_id: UUID | None = None
    revisions: dict[UUID | None, str] = field(default_factory=dict)
    stations: dict[UUID, str] = field(default_factory=dict)


def material(subjects: Sequence[TakesMaterial]) -> list[Material]:
    """What concerns each subject's components. Queries: none for components that ask for nothing of it."""
    revisions = _revisions([scan for subject in subjects for scan in subject.components])
    stations = _stations(subjects)
    return [
        Material(
            day=subject.date_of(moment()) if _has_a_last_day(subject) else date.min,
            station_id=subject.station.pk if subject.station else None,
            revisions=revisions,
            stations=stations,
        )
        for subject in subjects
    ]


def _has_a_last_day(subject: TakesMaterial) -> bool:
    return any(scan.substitute or (scan.unit and scan.unit.expires_date) for scan in subject.components)


def _revisions(scans: Sequence[ComponentScan]) -> dict[UUID | None, str]:
    asked = {scan.unit.product_revision_id for scan in scans if scan.unit and scan.wanted.revision} - {None}
    if not asked:
        return {}
    return dict(ProductRevision.objects.filter(pk__in=asked).values_list("pk", "code"))


def _stations(subjects: Sequence[TakesMaterial]) -> dict[UUID, str]:
    elsewhere = {
        scan.unit.station_id
        for subject in subjects
        for scan in subject.components
        if scan.unit and scan.unit.station_id and scan.unit.status == UnitStatus.FINISHED
        if subject.station is None or scan.unit.station_id != subject.station.pk
    }
    return dict(Station.objects.filter(pk__in=elsewhere).values_list("pk", "code")) if elsewhere else {}
