"""Events that were refused, as pages show them: with why, and what people booked by hand since."""

from collections.abc import Sequence
from datetime import datetime

from equipment.machine_events import may_double
from equipment.models import MachineEvent, RefusedEvent
from wip.by_hand import HandBooked, HandBooking, booked_by_hand, sum_of


def refused_rows(refused: Sequence[RefusedEvent], bookings: Sequence[HandBooking] | None = None) -> list[MachineEvent]:
    """The events of these, which are one station's; each with its `outcome` and what was booked `by_hand` since it.

    bookings: by hand at the station, where they are known; else they are asked for, if there is an event.
    """
    events = [one.event for one in refused]
    if bookings is None:
        bookings = by_hand_since(events, min((event.at for event in events), default=None))
    for one in refused:
        one.event.outcome = one.booking  # type: ignore[attr-defined]
        one.event.by_hand = sum_of(bookings, one.event.at) if may_double(one.event) else HandBooked()  # type: ignore[attr-defined]
    return events


def by_hand_since(events: Sequence[MachineEvent], since: datetime | None) -> list[HandBooking]:
    """What was booked by hand since then at the station of these events, in the name of none of their accounts; where
    none of them could be among it nothing is asked.
    """
    if since is None or not any(may_double(event) for event in events):
        return []
    accounts = {event.tag.connection.account_id for event in events}
    return booked_by_hand(events[0].station_id, since, accounts)
