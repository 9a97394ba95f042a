from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from mes.kernel.stored_files import discard, keep, waiting_since
from orders.models import StepKind
from wip.models import Reading

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
