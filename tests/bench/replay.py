"""What a verb writes, sent once more by psycopg alone: what the same rows cost without the application."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection, transaction

_WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")


@dataclass
class Written:
    """The statements by which a verb writes, in their order, with their parameters."""

    statements: list[tuple[Any, Any]] = field(default_factory=list)

    def send(self, bare: psycopg.Connection) -> None:
        """All of them in one transaction, prepared, in one pipeline."""
        with bare.transaction(), bare.pipeline():
            for sql, parameters in self.statements:
                bare.execute(sql, parameters, prepare=True)


class _Undone(Exception):
    """Takes back what was only done to see its statements."""


def written_by(act: Callable[[], Any]) -> Written:
    """What the act writes; it is taken back."""
    found = Written()

    def note(execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: Any) -> Any:
        if not many and str(sql).lstrip().upper().startswith(_WRITES):
            found.statements.append((sql, parameters))
        return execute(sql, parameters, many, context)

    try:
        with transaction.atomic(), connection.execute_wrapper(note):
            act()
            raise _Undone
    except _Undone:
        return found
