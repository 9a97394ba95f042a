"""How somebody stands with a qualification on a day, and the matrix of people and qualifications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from mes.kernel.personnel.models import Person, PersonQualification, Qualification

SOON = timedelta(days=30)


class Standing(TextChoices):
    """What a grant is worth. It holds through its last day."""

    VALID = "VALID", _("Valid")
    EXPIRES_SOON = "EXPIRES_SOON", _("Expires within 30 days")
    LAPSED = "LAPSED", _("Lapsed")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


def standing(held: PersonQualification, today: date) -> Standing:
    """What the grant is worth on that day at the site."""
    if held.withdrawn_at is not None:
        return Standing.WITHDRAWN
    if held.expires_date is None or held.expires_date > today + SOON:
        return Standing.VALID
    return Standing.LAPSED if held.expires_date < today else Standing.EXPIRES_SOON


@dataclass(frozen=True)
class Cell:
    """One person and one qualification. held: None where there is nothing, or nothing any more."""

    held: PersonQualification | None
    standing: str

    @property
    def tone(self) -> str:
        return {Standing.EXPIRES_SOON: "caution", Standing.LAPSED: "alarm"}.get(self.standing, "")  # type: ignore[call-overload]


@dataclass(frozen=True)
class Matrix:
    """rows: (person, cells in the order of the columns); valid: how many of them count, by column."""

    columns: Sequence[Qualification]
    rows: Sequence[tuple[Person, Sequence[Cell]]]

    @property
    def valid(self) -> list[int]:
        good = {Standing.VALID, Standing.EXPIRES_SOON}
        return [sum(cells[n].standing in good for _, cells in self.rows) for n in range(len(self.columns))]

    def count(self, wanted: str) -> int:
        return sum(cell.standing == wanted for _, cells in self.rows for cell in cells)

    @property
    def lapsed(self) -> int:
        return self.count(Standing.LAPSED)

    @property
    def expiring(self) -> int:
        return self.count(Standing.EXPIRES_SOON)


def matrix(
    people: Sequence[Person],
    held_by: Mapping[UUID, Sequence[PersonQualification]],
    columns: Sequence[Qualification],
    today: date,
) -> Matrix:
    """The matrix of people and qualifications on that day. held_by: the grants of each person, by key."""
    rows = []
    for person in people:
        by_key = {held.qualification_id: held for held in held_by[person.pk]}
        rows.append((person, [_cell(by_key.get(column.pk), today) for column in columns]))
    return Matrix(columns, rows)


def _cell(held: PersonQualification | None, today: date) -> Cell:
    if held is None or held.withdrawn_at is not None:
        return Cell(None, "")
    return Cell(held, standing(held, today))
