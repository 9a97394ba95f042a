from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from equipment.models import Station
from genealogy.models import Unit
from mes.kernel.door import open_door
from mes.kernel.stored_files import discard, keep, waiting_since
from orders.models import StepKind
from wip.actions import late, preparations
from wip.models import Reading
from wip.waiting_long import may_be_late

WAITS = timedelta(days=1)  # longer than anybody takes from attaching a file to recording it
AT_ONCE = 500


@shared_task
def remove_unrecorded_files() -> int:
    """Remove uploaded files that no reading names a day later; returns how many. Running it twice does no more.

    One that is recorded and still waits, because a process ended in between, is kept.
    """
    before = timezone.now() - WAITS
    waiting, removed = waiting_since(before), 0
    for start in range(0, len(waiting), AT_ONCE):
        digests = waiting[start : start + AT_ONCE]
        named = Reading.objects.filter(kind=StepKind.FILE, value__in=digests)
        recorded = set(named.values_list("value", flat=True))
        for digest in digests:
            if digest in recorded:
                keep(digest)
            else:
                removed += discard(digest, before)
    return removed


@shared_task
def note_late_units() -> int:
    """Note the units that wait for their next operation longer than its routing allows; returns how many waits.

    Each is noted once. A unit that somebody works on right now is left to the next run. Two statements where no
    routing in work has such a limit.
    """
    at, found = timezone.now(), 0
    for key in dict.fromkeys(may_be_late(at)):
        with open_door(person=None, at=at):
            free = Unit.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
            unit = free.select_related("work_order", "site").filter(pk=key).first()
            found += late.note_late(unit=unit, at=at) if unit is not None else 0
    return found


@shared_task
def withdraw_permissions() -> int:
    """Withdraw what machines may run by for what has ended or was not begun, and what they show though it is not on
    record; returns how many.

    What a verb ends by itself is withdrawn with it. Maintenance is called to a machine that goes on refusing. One
    statement where no station has an interlock.
    """
    at, found = timezone.now(), 0
    interlocked = Station.objects.filter(is_active=True).exclude(interlock="")
    for site in interlocked.order_by().values_list("site", flat=True).distinct():
        with open_door(person=None, at=at):
            found += preparations.withdraw_ended(site=site, by=None, at=at)
            found += preparations.withdraw_unrecorded(site=site, at=at)
        with open_door(person=None, at=at):  # apart: nothing about the call keeps a withdrawal waiting
            preparations.call_where_refused(site=site, at=at)
    return found
