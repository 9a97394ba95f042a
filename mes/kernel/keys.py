"""Keys: those of rows, made here so that a verb can send its inserts without waiting, and those that open something."""

import hashlib
import os
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A UUIDv7 (RFC 9562, 5.7): milliseconds since the epoch, then a counter, then chance.

    Later calls in one process give larger keys, also within a millisecond and when the clock goes back (method 3 of
    RFC 9562, 6.2: the 12 bits after the version carry fractions of a millisecond), so that rows keep their order.
    """
    global _last
    with _lock:
        ticks = (time.time_ns() << 12) // 1_000_000  # 48 bits of ms, 12 bits of its fraction
        _last = max(ticks, _last + 1)
        ticks = _last
    milliseconds, fraction = ticks >> 12, ticks & 0xFFF
    chance = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | chance)


def token_hash(token: str) -> str:
    """SHA-256 of a bearer's token: what is stored of it. A token is 256 bits of chance, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_key(text: str) -> bool:
    """Whether it is written as a record's key."""
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
