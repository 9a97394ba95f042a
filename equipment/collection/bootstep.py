"""The collector as a part of a Celery worker: `celery -A mes.celery worker -P threads -Q collector`, MES_COLLECT on.

A step of the worker, not of its consumer: that one starts anew whenever the broker is lost, which is no reason to stop
reading machines. Nothing of the product is imported before the worker starts.
"""

import asyncio
import logging
import threading
from typing import Any

from celery import bootsteps

STOP_PATIENCE_S = 20.0

logger = logging.getLogger(__name__)


class CollectorStep(bootsteps.StartStopStep):
    """One thread with one event loop, for as long as the worker runs. If it fails, so does the worker."""

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.thread: threading.Thread | None = None

    def include_if(self, parent: Any) -> bool:
        from django.conf import settings

        return bool(settings.MES_COLLECT)

    def start(self, parent: Any) -> None:
        from django.conf import settings

        from equipment.collection.program import Collector, Rhythm

        rhythm = Rhythm(
            lease_s=settings.MES_COLLECTOR_LEASE_S,
            flush_s=settings.MES_COLLECTOR_FLUSH_S,
            most_connections=settings.MES_COLLECTOR_MOST_CONNECTIONS,
            most_bytes=settings.MES_COLLECTOR_MOST_BYTES,
            most_on_disk=settings.MES_COLLECTOR_MOST_ON_DISK,
        )
        self.collector = Collector(settings.DATABASE_URL, settings.MES_SPOOL, rhythm)
        self.loop = _loop()
        self.thread = threading.Thread(target=self._run, args=[parent], name="collector", daemon=True)
        self.thread.start()

    def _run(self, worker: Any) -> None:
        try:
            with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
                runner.run(self.collector.run())
        except Exception:
            logger.exception("the collector failed; the worker ends, and whoever started it starts it again")
            worker.stop()

    def stop(self, parent: Any) -> None:
        if self.thread is not None and self.thread.is_alive():
            self.loop.call_soon_threadsafe(self.collector.stop)
            self.thread.join(STOP_PATIENCE_S)

    terminate = stop


def _loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
