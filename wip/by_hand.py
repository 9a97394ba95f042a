"""What people booked at a station themselves, beside what its machine told."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q
from django.utils.translation import gettext as _

from mes.kernel.numbers import plain
from wip.models import ExecutionEvent
from wip.status import ExecutionEventKind, ExecutionStatus

NAMED = 3  # jobs
MOST = 1000  # bookings that are looked at; who made more since has to look at the job anyway


@dataclass(frozen=True)
class HandBooking:
    """Pieces that a person booked, or took back (below 0)."""

    at: datetime
    good: Decimal
    scrap: Decimal
    unit: str
    operation: str


@dataclass(frozen=True)
class HandBooked:
    """Pieces that people booked since a time. jobs: on what, as CL-0001 10."""

    good: Decimal = Decimal(0)
    scrap: Decimal = Decimal(0)
    jobs: tuple[str, ...] = ()

    @property
    def total(self) -> Decimal:
        return self.good + self.scrap

    @property
    def pieces(self) -> str:
        """How many, without on what."""
        words = _("{good} good, {scrap} scrap") if self.scrap else _("{good} good")
        return words.format(good=plain(self.good), scrap=plain(self.scrap))

    def __str__(self) -> str:
        jobs = ", ".join(self.jobs[:NAMED]) + (" …" if len(self.jobs) > NAMED else "")
        return _("{pieces} on {jobs}").format(pieces=self.pieces, jobs=jobs)


def booked_by_hand(station: UUID, since: datetime, accounts: Collection[UUID | None]) -> list[HandBooking]:
    """What was booked at the station since then, but for what was booked in the name of these accounts."""
    found = ExecutionEvent.objects.filter(
        Q(execution__status=ExecutionStatus.RUNNING) | Q(execution__completed_at__gt=since),
        execution__station=station,
        at__gt=since,
    ).exclude(good=0, scrap=0)
    found = found.exclude(kind__in=(ExecutionEventKind.SPLIT, ExecutionEventKind.MERGED))  # moved, not booked
    machines = [account for account in accounts if account is not None]
    found = found.exclude(by__in=machines).exclude(reverses__isnull=False, reverses__by__in=machines)
    rows = found.order_by("-sequence").values_list(
        "at", "good", "scrap", F("execution__unit__serial"), F("execution__operation_code")
    )
    return [HandBooking(*row) for row in rows[:MOST]]


def sum_of(bookings: Iterable[HandBooking], since: datetime) -> HandBooked:
    """Together what was booked after then; what was taken back more than booked counts for nothing."""
    later = [one for one in bookings if one.at > since]
    good, scrap = sum((one.good for one in later), Decimal(0)), sum((one.scrap for one in later), Decimal(0))
    jobs = dict.fromkeys(f"{one.unit} {one.operation}" for one in later)
    return HandBooked(max(good, Decimal(0)), max(scrap, Decimal(0)), tuple(jobs))
