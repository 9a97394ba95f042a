"""GET /healthz: is every part there? For load balancers and people; no log-in, no session, never a 500."""

from collections.abc import Mapping

import psycopg
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from mes import heartbeats
from mes.kernel.audit.queries import SILENCED_TRIGGERS

PART_NAMES = {"worker": "workers", "collector": "collectors", "beat": "beat", "events": "events"}

Part = dict[str, str]


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 when all parts are well, else 503. Each part has a status, "ok" or "failing", and a sentence."""
    parts = {"database": database(), **broker_parts()}
    well = all(part["status"] == "ok" for part in parts.values())
    return JsonResponse({"status": "ok" if well else "failing", "parts": parts}, status=200 if well else 503)


def database() -> Part:
    """Ask over a connection of its own: the pool would wait for one, and a request's may be long dead."""
    try:
        with psycopg.connect(**connection.get_connection_params()) as direct:
            silenced = [row[0] for row in direct.execute(SILENCED_TRIGGERS)]
    except psycopg.Error as error:
        return _part(False, f"The database does not answer: {_first_line(error)}")
    if silenced:
        return _part(False, f"Records are not guarded, these triggers are switched off: {', '.join(silenced)}.")
    return _part(True, "The database answers.")


def broker_parts() -> dict[str, Part]:
    """The broker and the programs of MES_PROGRAMS; without the broker nothing is known of the others."""
    kinds = settings.MES_PROGRAMS
    try:
        ages = heartbeats.ages_s(*kinds)
    except RedisError as error:
        unknown = _part(False, "Unknown: their signs of life go through the broker.")
        broker = _part(False, f"The broker does not answer: {_first_line(error)}")
        return {"broker": broker, **{PART_NAMES[kind]: unknown for kind in kinds}}
    alive = {PART_NAMES[kind]: signs_of_life(kind, ages[kind]) for kind in kinds}
    return {"broker": _part(True, "The broker answers."), **alive}


def signs_of_life(kind: str, ages: Mapping[str, float]) -> Part:
    """Judge one kind by its freshest sign of life; `ages` in seconds by name."""
    alive = [name for name, age in ages.items() if age <= heartbeats.SILENT_AFTER_S[kind]]
    if alive:
        return _part(True, f"{len(alive)} alive: {', '.join(sorted(alive))}.")
    if ages:
        return _part(False, f"No {kind} has given a sign of life for {min(ages.values()):.0f} s.")
    return _part(False, f"No {kind} has given a sign of life.")


def _part(well: bool, sentence: str) -> Part:
    return {"status": "ok" if well else "failing", "sentence": sentence}


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
