"""The canonical form of content, so that a digest means the same after a dump, a restore and an upgrade."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from mes.kernel.numbers import plain

VERSION = 1


def canonical(content: Any) -> str:
    """JSON in the style of RFC 8785: sorted keys, no blanks, UTF-8; decimals and times as text, times in UTC."""
    return json.dumps(_plain(content), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(content: Any) -> str:
    """SHA-256 of the canonical form, 64 hexadecimal digits."""
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID | date):
        return str(value)
    if isinstance(value, float):
        raise TypeError("Floats have no canonical form; use Decimal.")
    return value
