"""Gates about parts of lots, and about what runs and moves together. Pure, as those of wip.gates."""

from dataclasses import replace

from django.utils.translation import gettext as _

from mes.kernel.gates import Facts, Hook, Verdict, gate
from mes.kernel.numbers import plain
from orders.plans import OperationPlan
from wip.facts import jobs
from wip.lot_facts import batches, left_behind, ways_of_parts


@gate(Hook.RECORD, Hook.COMPLETE, needs=[jobs, ways_of_parts])
def upstream_ready(facts: Facts) -> Verdict | None:
    """No more of a lot is booked than the operations before, which still run, have let go on."""
    job, way = facts[jobs], facts[ways_of_parts]
    if way is None or job.execution is None or job.good + job.scrap == 0:
        return None
    upstream = way.upstream_good(job.operation)
    if upstream is None:
        return None
    booked = job.execution.quantity_good + job.execution.quantity_scrapped
    free = upstream - booked
    if job.good + job.scrap <= free:
        return None
    return Verdict(
        "UPSTREAM_NOT_READY",
        _("Only {free} of {unit} may be booked here now, not {asked}.").format(
            free=plain(free), unit=job.unit, asked=plain(job.good + job.scrap)
        ),
        _("{good} are good at the operation before, which still runs; {booked} are booked here already.").format(
            good=plain(upstream), booked=plain(booked)
        ),
        _("Book up to {free}, or wait until more come.").format(free=plain(free)),
        tone="caution",
        evidence={"free": plain(free), "upstream_good": plain(upstream)},
    )


@gate(Hook.COMPLETE, needs=[jobs, ways_of_parts])
def upstream_ended(facts: Facts) -> Verdict | None:
    """An operation that began on a part of a lot does not end before those that let it begin."""
    job, way = facts[jobs], facts[ways_of_parts]
    running = way.running_before(job.operation) if way is not None else []
    if not running:
        return None
    first = running[0]
    return Verdict(
        "UPSTREAM_RUNNING",
        _("Operation {operation} still runs on {unit}.").format(operation=first.operation_code, unit=job.unit),
        _("{person} works on it at {station}.").format(person=first.worked_by, station=first.station.code),
        _("Book what is good here, and complete once that operation has ended."),
        tone="caution",
        evidence={"operations": [one.operation_code for one in running]},
    )


@gate(Hook.START, needs=[jobs])
def batch_fits(facts: Facts) -> Verdict | None:
    """What goes into one run together is done the same way, and there is room for it."""
    job = facts[jobs]
    if not job.together:
        return None
    operation, room = job.operation, job.operation.batch_quantity
    name = f"{operation.code} {operation.name}"
    if room is None:
        return Verdict(
            "NO_BATCHES",
            _("{operation} is done one by one.").format(operation=name),
            do=_("Start the units singly."),
            tone="caution",
            evidence={"operation": operation.code},
        )
    first = job.together[0]
    if _content(operation) != _content(first.operation):
        return Verdict(
            "BATCH_MIXED",
            _("{unit} is not done the same way as {first}.").format(unit=job.unit, first=first.unit),
            _("{operation} of {order} asks for something else.").format(operation=name, order=job.order),
            _("Run it in a batch of its own."),
            tone="caution",
            evidence={"unit": job.unit.serial, "first": first.unit.serial},
        )
    quantity = sum(one.unit.quantity_left for one in job.together)
    if quantity > room:
        return Verdict(
            "BATCH_FULL",
            _("A batch of {operation} takes {room}, not {quantity}.").format(
                operation=name, room=plain(room), quantity=plain(quantity)
            ),
            do=_("Leave some out, or split a lot."),
            tone="caution",
            evidence={"room": plain(room), "quantity": plain(quantity)},
        )
    return None


def _content(operation: OperationPlan) -> OperationPlan:
    """What is done in an operation, wherever in its routing it stands."""
    return replace(operation, predecessors=(), edges=(), alternate_group="", is_optional=False, max_attempts=0)


@gate(Hook.TAKE_OVER, Hook.RECORD, Hook.COMPLETE, needs=[jobs, batches])
def not_in_a_batch(facts: Facts) -> Verdict | None:
    """What runs in a batch is worked on as a whole."""
    job, batch = facts[jobs], facts[batches]
    if batch is None or job.batch is not None:
        return None
    return Verdict(
        "IN_BATCH",
        _("{unit} is in batch {batch} at {station}.").format(
            unit=job.unit, batch=batch.number, station=batch.station.code
        ),
        do=_("Record and complete the whole batch there."),
        tone="caution",
        evidence={"batch": batch.number, "station": batch.station.code},
    )


@gate(Hook.START, needs=[jobs, left_behind])
def container_complete(facts: Facts) -> Verdict | None:
    """What is in a container goes into a batch as a whole, or not at all."""
    job, left = facts[jobs], facts[left_behind]
    if not left:
        return None
    return Verdict(
        "CONTAINER_INCOMPLETE",
        _("{unit} is in {container} together with {others}.").format(
            unit=job.unit, container=left[0].container, others=", ".join(unit.serial for unit in left)
        ),
        do=_("Take all of them, or take {unit} out of the container first.").format(unit=job.unit),
        tone="caution",
        evidence={"container": str(left[0].container), "units": [unit.serial for unit in left]},
    )
