"""The door: the one way from a view, an API call, a task or a command into the verbs.

It opens the transaction, tells Postgres who acts (the audit trigger writes it beside every changed row), claims the
idempotency key, tells live pages what changed, and turns what the database refuses into a sentence. Verbs require an
open door and open none.
"""

import hashlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mes.kernel import constraints
from mes.kernel.keys import uuid7
from mes.kernel.refusals import Attempt, Busy, InvalidInput, Refusal
from mes.kernel.topics import CHANNEL
from mes.kernel.writes import in_one_go, write, written_together

logger = logging.getLogger(__name__)
_passage: ContextVar["Passage | None"] = ContextVar("passage", default=None)

# Lock time-out, deadlock, serialisation failure: somebody was quicker, and nothing was changed.
_BUSY = {"55P03", "40P01", "40001"}


class KeyReused(InvalidInput):
    """The same idempotency key came with another request."""


@dataclass
class Passage:
    """One way through the door. `at` is the time of everything the verbs write in it."""

    person: Any
    at: datetime
    station: str = ""
    request_id: str = ""
    reason: str = ""
    key: str = ""
    replayed: bool = False
    answer: dict[str, Any] = field(default_factory=dict)
    topics: set[str] = field(default_factory=set)

    def remember(self, **answer: Any) -> None:
        """Keep a reference to the answer with the key: a second request with it gets the same, rendered again."""
        self.answer = answer


def current() -> Passage | None:
    return _passage.get()


def moment() -> datetime:
    """The time at which something is judged: that of the open passage; without one, where a page only looks, now."""
    passage = current()
    return passage.at if passage else timezone.now()


def announce(*topics: str) -> None:
    """Have live pages told that what these topics name has changed: once each, and only when it is committed."""
    if passage := current():
        passage.topics.update(topics)


def fingerprint(*parts: Any) -> str:
    """A digest of what was asked, to tell a repeated request from a key used twice."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


@contextmanager
def open_door(
    *,
    person: Any,
    at: datetime | None = None,
    station: str = "",
    request_id: str = "",
    reason: str = "",
    key: str = "",
    asked: str = "",
) -> Iterator[Passage]:
    """Open a transaction for `person` (None: the system itself).

    key, asked: idempotency key and fingerprint of the request. If the key is known the passage is `replayed`, its
    `answer` is the stored one, and the caller must do nothing. A key whose first request still runs waits up to the
    lock time-out, then Busy (409); a key with another fingerprint is KeyReused (422). A refusal rolls back, and so
    releases the key; what gates refused is put on record afterwards.
    """
    passage = Passage(person, at or timezone.now(), station, request_id, reason, key)
    outer = _passage.set(passage)
    try:
        with transaction.atomic(), written_together():
            claimed = _enter(passage, asked)
            if claimed is None:
                _replay(passage, asked)
            yield passage
            _leave(passage, claimed)
    except Refusal as refusal:
        if refusal.blockers:
            _keep_on_record(passage, refusal)
        raise
    except IntegrityError as error:
        explained = constraints.explain(error)
        if explained is None:
            raise
        raise explained from error
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) not in _BUSY:
            raise
        raise Busy(
            _("Somebody else is changing this at this moment."),
            why=_("Your request waited for them and was not carried out."),
            do=_("Try again in a second."),
        ) from error
    finally:
        _passage.reset(outer)


# Verbs find what they change by its key, so that one plan fits every value: Postgres need not plan each time anew.
_CONTEXT = """set_config('mes.person', %s, true), set_config('mes.station', %s, true),
    set_config('mes.request', %s, true), set_config('mes.reason', %s, true),
    set_config('plan_cache_mode', 'force_generic_plan', true)"""


def _enter(passage: Passage, asked: str) -> str | None:
    """Set the audit context and claim the key, in one statement; None when the key is taken."""
    context = _context_of(passage)
    if not passage.key:
        _execute(f"SELECT {_CONTEXT}", context)
        return ""
    return _execute(
        # The sub-select runs whatever the conflict says: the context is set for a repeated request, too.
        f"""INSERT INTO idempotency_idempotencykey (id, scope, key, asked, answer, claimed_at)
            SELECT %s, %s, %s, %s, '{{}}', %s FROM (SELECT {_CONTEXT}) AS context
            ON CONFLICT (scope, key) DO NOTHING RETURNING id""",  # noqa: S608 - a constant of this module
        [uuid7(), _scope(passage), passage.key, asked, passage.at, *context],
    )


# Postgres keeps what is notified back until the commit, and forgets it with a rollback.
_TELL = f"SELECT count(pg_notify('{CHANNEL}', topic)) FROM unnest(%s::text[]) AS topic"  # noqa: S608 - a constant
_KEEP_ANSWER = f"UPDATE idempotency_idempotencykey SET answer = %s FROM ({_TELL}) AS told WHERE id = %s"  # noqa: S608


def _leave(passage: Passage, claimed: str | None) -> None:
    """Keep the answer with the key and tell live pages what changed, in one statement that waits for no answer."""
    topics = sorted(passage.topics)
    if passage.key and not passage.replayed:
        write(_KEEP_ANSWER, [json.dumps(passage.answer, default=str), topics, claimed], rows=1)
    elif topics:
        write(_TELL, [topics], rows=1)


def _context_of(passage: Passage) -> list[str]:
    return [_scope(passage), passage.station, passage.request_id, passage.reason]


def _replay(passage: Passage, asked: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT asked, answer FROM idempotency_idempotencykey WHERE scope = %s AND key = %s",
            [_scope(passage), passage.key],
        )
        row = cursor.fetchone()
    if row is None or row[0] != asked:
        raise KeyReused(
            _("This idempotency key was used for another request."),
            do=_("Send a new key with a new request, and the same key only to repeat one."),
        )
    passage.replayed = True
    passage.answer = json.loads(row[1]) if isinstance(row[1], str) else row[1]


def _keep_on_record(passage: Passage, refusal: Refusal) -> None:
    """Write down what each gate refused, in a transaction of its own: that of the attempt is rolled back by now.

    The same request sent again with its key is the same attempt, and stands there once. A record that can't be kept
    never takes the place of the refusal.
    """
    tried = refusal.tried or Attempt(None, passage.station, "", "")
    by = passage.person.pk if passage.person else None
    about = [passage.at, by, tried.station, tried.site_id, tried.hook, tried.subject, passage.request_id, passage.key]
    rows = [
        [uuid7(), *about, one.gate, one.code, one.what, json.dumps(dict(one.evidence), default=str)]
        for one in refusal.blockers
    ]
    try:
        with transaction.atomic():
            _execute(f"SELECT {_CONTEXT}", _context_of(passage))
            with connection.cursor() as cursor:
                cursor.executemany(_REFUSED, rows)
    except DatabaseError:
        logger.exception("A refusal could not be put on record: %s", refusal.code)


_REFUSED = """INSERT INTO audit_refusedattempt
    (id, at, by_id, station, site_id, hook, subject, request_id, key, gate, code, what, evidence)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (by_id, key, gate) WHERE key <> '' DO NOTHING"""


def _scope(passage: Passage) -> str:
    return str(passage.person.pk) if passage.person else "system"


def _execute(sql: str, parameters: list[Any]) -> Any:
    with connection.cursor() as cursor:
        with in_one_go():
            cursor.execute(sql, parameters)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None
