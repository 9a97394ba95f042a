"""The list of connections, and what of them somebody should look at."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from equipment.booking_accounts import why_may_not_book
from equipment.machine_queries import connections_counted
from equipment.models import Connection
from equipment.status import LinkState
from mes.boards.machine_rows import Mark, link_of, mark_of_link


@dataclass(frozen=True)
class ConnectionRow:
    """A connection, with how many tags it has in use. since: when it came to stand so; None: never watched yet."""

    connection: Connection
    mark: Mark
    since: datetime | None
    tags: int
    quarantined: int

    @property
    def why_not_booked(self) -> str:
        """Why what it tells can't be booked by its account, empty where it can."""
        return why_may_not_book(self.connection)

    @property
    def is_down(self) -> bool:
        return bool(self.mark.tone)


@dataclass(frozen=True)
class Connections:
    """All connections of some sites."""

    rows: Sequence[ConnectionRow]

    @property
    def down(self) -> Sequence[ConnectionRow]:
        """Those that tell nothing now and are not paused; the longest first, those never watched last."""
        down = [row for row in self.rows if row.is_down]
        return sorted(down, key=lambda row: (row.since is None, row.since and row.since.timestamp()))

    @property
    def quarantined(self) -> int:
        """Rows that the database refused in the last 30 days."""
        return sum(row.quarantined for row in self.rows)

    @property
    def dropped(self) -> int:
        """Samples that were thinned out since each one's collector began to watch it."""
        return sum(row.connection.lease.dropped for row in self.rows)


def connections(sites: Collection[UUID], at: datetime) -> Connections:
    """The connections of these sites, as they stand at that time."""
    return Connections([_row(one, at) for one in connections_counted(sites)])


def _row(one: Connection, at: datetime) -> ConnectionRow:
    lease = one.lease
    # Who watched and is gone said nothing since its lease ran out.
    is_left = link_of(one, at) == LinkState.WAITING and lease.state != LinkState.WAITING
    since = lease.expires_at if is_left else lease.state_since
    return ConnectionRow(one, mark_of_link(one, at), since, one.tag_count, one.quarantined)  # type: ignore[attr-defined]
