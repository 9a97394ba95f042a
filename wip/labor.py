"""How people's time and machine time are reckoned. Pure: no query, exact fractions, no clock.

Labor: a person on k jobs at the same moment gives each 1/k of it; several people on one job each give their own time.
A batch is one job: its share goes to the executions in it that the person is on, by quantity. So the shares of a
person always add up to the time in which they were on anything at all.

Machine time: a job has its station from its start to its end, nothing taken off, whoever is on it; of a batch each
execution has its part by quantity.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Stretch:
    """A person on an execution, from began up to ended. key: of the span. quantity: of the execution, for a batch."""

    key: Hashable
    person: Hashable
    execution: Hashable
    began: datetime
    ended: datetime
    batch: Hashable | None = None
    quantity: Decimal = Decimal(1)

    @property
    def seconds(self) -> Fraction:
        return seconds_of(self.ended - self.began)

    @property
    def job(self) -> Hashable:
        """What counts as one job: the batch, or the execution alone."""
        return ("batch", self.batch) if self.batch is not None else ("execution", self.execution)

    def within(self, begin: datetime, end: datetime) -> "Stretch":
        """The part from begin up to end; of length 0 where there is none."""
        began = min(max(self.began, begin), end)
        return replace(self, began=began, ended=max(began, min(self.ended, end)))


def seconds_of(span: timedelta) -> Fraction:
    """A length of time in seconds, exactly."""
    return Fraction(span // timedelta(microseconds=1), 1_000_000)


def apportioned(stretches: Iterable[Stretch]) -> dict[Hashable, Fraction]:
    """What each stretch counts, in seconds, by its key. Whatever else the people were on has to be among them."""
    shares: dict[Hashable, Fraction] = {}
    of_person: dict[Hashable, list[Stretch]] = defaultdict(list)
    for one in stretches:
        shares[one.key] = Fraction(0)
        if one.ended > one.began:
            of_person[one.person].append(one)
    for mine in of_person.values():
        _apportion(mine, shares)
    return shares


@dataclass
class _OnJob:
    """What a person has on one job. since: the share of a whole job that is given out already."""

    since: Fraction
    on: dict[Hashable, Stretch] = field(default_factory=dict)

    def give_out(self, until: Fraction, shares: dict[Hashable, Fraction]) -> None:
        seconds, self.since = until - self.since, until
        executions: dict[Hashable, list[Stretch]] = defaultdict(list)
        for one in self.on.values() if seconds else ():
            executions[one.execution].append(one)
        whole = sum((Fraction(same[0].quantity) for same in executions.values()), Fraction(0))
        for same in executions.values():
            part = Fraction(same[0].quantity) / whole if whole else Fraction(1, len(executions))
            for one in same:  # a correction may lie over another span on the same job: the time counts once
                shares[one.key] += seconds * part / len(same)


def _apportion(mine: list[Stretch], shares: dict[Hashable, Fraction]) -> None:
    """Add the shares of one person's stretches, from one moment at which something changes to the next.

    Each change is reckoned for its own job alone, so that many jobs at once cost no more each than a few.
    """
    changes = [(one.began, one) for one in mine] + [(one.ended, one) for one in mine]
    jobs: dict[Hashable, _OnJob] = {}
    share, last = Fraction(0), changes[0][0]  # what a job has had that they were on from the beginning
    for at, one in sorted(changes, key=lambda change: change[0]):
        if jobs:
            share += seconds_of(at - last) / len(jobs)
        last = at
        job = jobs.setdefault(one.job, _OnJob(share))
        job.give_out(share, shares)
        if one.key not in job.on:
            job.on[one.key] = one
            continue
        del job.on[one.key]
        if not job.on:
            del jobs[one.job]


def union_of(stretches: Iterable[Stretch]) -> Fraction:
    """The time covered by at least one of them, in seconds."""
    total, until = Fraction(0), None
    for one in sorted(stretches, key=lambda one: one.began):
        since = one.began if until is None else max(one.began, until)
        if one.ended > since:
            total += seconds_of(one.ended - since)
        until = one.ended if until is None else max(until, one.ended)
    return total


def machine_seconds(started: datetime, ended: datetime, *, quantity: Decimal, batch_quantity: Decimal) -> Fraction:
    """The machine time of an execution, in seconds. batch_quantity: of its batch; without one its own quantity."""
    part = Fraction(quantity) / Fraction(batch_quantity) if batch_quantity else Fraction(1)
    return max(Fraction(0), seconds_of(ended - started)) * part


def proposed_end(
    *, shift_end: datetime | None, last_act: datetime | None, logged_off: datetime | None
) -> datetime | None:
    """When a person whose clock was left running will have stopped; None: nothing is known to tell it by.

    At log-off, else at the end of their shift; later where they did something after it. Without both: at the last thing
    they did.
    """
    known = logged_off or shift_end
    if known is None:
        return last_act
    return max(known, last_act) if last_act else known
