"""For how long a connection is surely this collector's: nothing is written to its machine beyond that.

A lease is a row of the database, which can't be asked in the same moment in which a byte is sent. So it is also held
against a clock of this computer: from before the database was asked, for a little less than the time of a lease, so
that it is over here before it is over there. Whoever takes over needs no answer from who had it.
"""

import time

SURELY = 0.9  # of a lease: no two clocks go alike, and between looking and sending lies a moment


class NotOurs(Exception):
    """The connection may be another collector's by now. Nothing was sent."""


class Tenure:
    """Of one connection in one epoch. until: by `clock`; flight_s: how long what was sent may be on its way."""

    def __init__(self, *, until: float, lease_s: float, flight_s: float) -> None:
        self.until = until
        self._flight_s = flight_s
        # Whoever had it before may, if the database's clock was set, have believed in a lease until now.
        self._alone_from = clock() + lease_s + flight_s

    def check(self) -> None:
        """Raises NotOurs."""
        if clock() >= self.until:
            raise NotOurs("The lease was not renewed in time: another collector may watch this machine by now.")

    @property
    def is_alone(self) -> bool:
        """Whether nothing that was sent before, by us or a former owner, can still come to the machine."""
        return clock() >= self._alone_from

    def was_interrupted(self) -> None:
        """Something may have been sent whose end nobody saw."""
        self._alone_from = max(self._alone_from, clock() + self._flight_s)


def surely_until(lease_s: float) -> float:
    """How long a lease that is asked for now lasts, by `clock`: called before the database is asked."""
    return clock() + SURELY * lease_s


def clock() -> float:
    """Seconds, by a clock that nobody sets, and that goes on while the computer sleeps where there is such a one."""
    return time.clock_gettime(_CLOCK) if _CLOCK is not None else time.monotonic()


_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)
