"""The Celery application: every app's `tasks.py`, the schedule from settings, heartbeats to the broker."""

import os

from celery import Celery
from celery.signals import heartbeat_sent

from equipment.collection.bootstep import CollectorStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mes.settings.demo")

app = Celery("plantwright")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(CollectorStep)


@heartbeat_sent.connect(weak=False)
def worker_is_alive(sender: object, **_: object) -> None:
    from django.conf import settings

    from mes import heartbeats  # needs settings, and this module is imported while they are still being found

    name = getattr(getattr(sender, "eventer", None), "hostname", None) or "worker"
    heartbeats.beat_of(heartbeats.kind_of(name), name)
    if settings.MES_COLLECT:
        heartbeats.spool_of(name, settings.MES_SPOOL)
