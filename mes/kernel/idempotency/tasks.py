from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from mes.kernel.idempotency.models import IdempotencyKey

KEPT = timedelta(days=30)  # longer than any client repeats a request


@shared_task
def forget_old_keys() -> int:
    """Delete idempotency keys older than 30 days; returns how many. Running it twice does no more."""
    deleted, _ = IdempotencyKey.objects.filter(claimed_at__lt=timezone.now() - KEPT).delete()
    return deleted
