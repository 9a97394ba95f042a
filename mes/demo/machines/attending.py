"""Which machine works on what, as the simulated people know it: what they leave to it, and when it is done."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max

from equipment.drivers.base import is_good
from equipment.machine_events import events_with_their_tags
from equipment.models import Connection, MachineEvent, Station
from equipment.readouts import readout
from mes.demo.machines.hands import does
from mes.demo.machines.plan import MACHINES, MachinePlan
from orders.plans import OperationPlan, StepPlan
from wip.models import OperationExecution, Reading
from wip.queries import running_at

LOOKED_AT_AFTER, FORGOTTEN_AFTER, TRIES = timedelta(minutes=1), timedelta(hours=2), 5


@dataclass(frozen=True)
class MachineWork:
    """A machine on a running operation. ours: codes of the steps that people answer. reads: of those that are read from
    it. is_done: it has brought all that it brings. completes: it ends the operation itself.
    """

    plan: MachinePlan
    station: Station
    operation: OperationPlan
    ours: frozenset[str]
    reads: tuple[str, ...]
    is_done: bool
    has_failed: bool

    @property
    def completes(self) -> bool:
        return self.plan.handling.completes

    def shows_good(self, now: datetime) -> bool:
        """Whether what is to be read is within its limits now: a furnace is read when it is hot."""
        return all(self._is_within(step, now) for step in self.operation.steps if step.code in self.reads)

    def _is_within(self, step: StepPlan, now: datetime) -> bool:
        said = readout(self.station.pk, step.tag, now)
        if said is None or not said.is_watched or not is_good(said.quality) or not isinstance(said.value, int | float):
            return False
        return (step.lower is None or said.value >= step.lower) and (step.upper is None or said.value <= step.upper)


class Machines:
    """The machines that book, by station; none where the demo runs without them."""

    def __init__(self) -> None:
        known = Connection.objects.filter(is_paused=False, account__isnull=False).select_related("account")
        by_code = {connection.code: connection for connection in known}
        runs = settings.MES_DEMO_MACHINES
        self._plans = {plan.station: plan for plan in MACHINES if runs and plan.code in by_code}
        accounts = (by_code[plan.code].account for plan in self._plans.values())
        self.accounts = {account.username for account in accounts if account is not None}

    def count_at(self, station: Station) -> bool:
        """Whether a machine counts there without naming what it counts."""
        return station.code in self._plans and self._plans[station.code].counts

    def takes_batches_at(self, station: Station) -> bool:
        return station.code in self._plans and self._plans[station.code].handling.takes_batches

    def working_on(
        self, one: OperationExecution, operation: OperationPlan, readings: Iterable[Reading]
    ) -> MachineWork | None:
        """The machine that does this operation; none where somebody has answered by hand what it answers."""
        plan = self._plans.get(one.station.code)
        if plan is None or not does(plan, operation):
            return None
        brought = [reading for reading in readings if reading.step_code in plan.brings]
        reads = tuple(step.code for step in operation.steps if step.tag and step.code in plan.brings)
        if any(not reading.machine_tag for reading in brought):
            return None
        codes = {reading.step_code for reading in brought}
        wanted = {step.code for step in operation.steps if step.code in plan.brings}
        outside = any(_is_outside(reading) for reading in brought)
        return MachineWork(
            plan=plan,
            station=one.station,
            operation=operation,
            ours=frozenset(step.code for step in operation.steps) - plan.brings,
            reads=tuple(code for code in reads if code not in codes),
            is_done=wanted <= codes and (not plan.counts or one.quantity_open == 0),
            has_failed=outside,
        )


def _is_outside(reading: Reading) -> bool:
    number = reading.number
    if number is None:
        return False
    return (reading.lower is not None and number < reading.lower) or (
        reading.upper is not None and number > reading.upper
    )


def refused_of_late(at: datetime) -> Iterator[MachineEvent]:
    """Events of the machines that were refused a while ago, and not too often, and may belong to what runs now."""
    found = events_with_their_tags().filter(
        tag__connection__code__in=[plan.code for plan in MACHINES], at__gte=at - FORGOTTEN_AFTER, refusal__isnull=False
    )
    found = found.annotate(tries=Count("bookings"), last=Max("bookings__at"))
    for event in found.filter(tries__lte=TRIES, last__lt=at - LOOKED_AT_AFTER).order_by("sequence")[:10]:
        running = running_at(event.station).order_by("started_at").first()
        if running is not None and ("serial" in event.content or running.started_at <= event.at):
            yield event
