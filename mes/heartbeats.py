"""Signs of life of worker, collector, beat and events, kept in the broker: who gave one, and when (Unix seconds)."""

import logging
import socket
import time
from functools import cache
from pathlib import Path

from celery.beat import PersistentScheduler
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

KEY = "plantwright:heartbeats:{kind}"
SPOOLS = "plantwright:spools"  # collector -> bytes
FORGOTTEN_AFTER_S = 600
PATIENCE_S = 1.0
# Celery's heartbeat comes every 2 s, that of beat and events at least every 5 s; all are late long before they are
# called dead.
SILENT_AFTER_S = {"worker": 20, "collector": 20, "beat": 30, "events": 20}

logger = logging.getLogger(__name__)


@cache
def broker() -> Redis:
    """A client that gives up quickly: a missing broker must not hold up a worker or a health check."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE_S, socket_connect_timeout=PATIENCE_S)


def kind_of(node: str) -> str:
    """Celery's node name says what it is: `collector@host` takes the collectors' queue, all others are workers."""
    return "collector" if node.startswith("collector@") else "worker"


def beat_of(kind: str, name: str) -> None:
    """Note that `name` (of a `kind` of SILENT_AFTER_S) is alive now. A broker that is away is logged, not raised."""
    key, now = KEY.format(kind=kind), time.time()
    try:
        with broker().pipeline(transaction=False) as pipe:
            pipe.zadd(key, {name: now})
            pipe.zremrangebyscore(key, 0, now - FORGOTTEN_AFTER_S)
            pipe.execute()
    except RedisError as error:
        logger.warning("no heartbeat of %s %s: %s", kind, name, error)


def ages_s(*kinds: str) -> dict[str, dict[str, float]]:
    """Per kind, the seconds since each name's last sign of life. Raises RedisError."""
    now = time.time()
    with broker().pipeline(transaction=False) as pipe:
        for kind in kinds:
            pipe.zrange(KEY.format(kind=kind), 0, -1, withscores=True)
        answers = pipe.execute()
    return {
        kind: {name.decode(): max(0.0, now - at) for name, at in rows}
        for kind, rows in zip(kinds, answers, strict=True)
    }


def spool_of(name: str, folder: Path) -> None:
    """Note what a collector holds on disk. A broker that is away is logged, not raised."""
    try:
        broker().hset(SPOOLS, name, sum(file.stat().st_size for file in folder.glob("*.spool")))
    except (RedisError, OSError) as error:  # a file may go while it is looked at
        logger.warning("the spool of %s is not told: %s", name, error)


def spools() -> dict[str, int]:
    """The bytes that each collector that is alive holds on disk. Raises RedisError."""
    alive = {name for name, age_s in ages_s("collector")["collector"].items() if age_s <= SILENT_AFTER_S["collector"]}
    told = broker().hmget(SPOOLS, sorted(alive)) if alive else []
    return {name: int(size) for name, size in zip(sorted(alive), told, strict=True) if size is not None}


class BeatingScheduler(PersistentScheduler):
    """Celery's scheduler that also shows, at each look at the schedule, that it is there."""

    def tick(self, *args: object, **options: object) -> float:
        beat_of("beat", socket.gethostname())
        return super().tick(*args, **options)
