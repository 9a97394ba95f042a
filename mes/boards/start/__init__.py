"""The cards of the start page: what waits for a person, by their roles."""

from collections.abc import Callable

from mes.boards.start import floor, master_data, orders, people, quality, records
from mes.boards.start.panel import Asked, Panel
from mes.kernel.personnel.roles import Role

Source = Callable[[Asked], Panel]

# What each role came for, the most urgent first.
_BY_ROLE: dict[str, tuple[Source, ...]] = {
    Role.OPERATOR: (floor.stations, floor.holds, orders.late),
    Role.SUPERVISOR: (floor.stations, floor.calls, floor.refused, orders.late, floor.holds, orders.drafts),
    Role.QUALITY: (quality.quarantine, floor.holds, master_data.to_release, quality.calibrations, floor.calls),
    Role.ENGINEER: (
        master_data.drafts,
        master_data.to_release,
        quality.calibrations,
        floor.calls,
        floor.refused,
        floor.stations,
    ),
    Role.PLANNER: (orders.drafts, orders.late, orders.due_next, floor.holds),
    Role.AUDITOR: (records.entries, records.signatures, floor.holds),
    Role.ADMINISTRATOR: (people.to_look_after, people.not_ready, floor.stations, records.entries),
    Role.INTEGRATION: (people.tokens, orders.drafts, orders.late),
}


def panels_for(asked: Asked) -> list[Panel]:
    """The cards of all roles of the person, each once. A person without a role has none."""
    sources = dict.fromkeys(source for role in Role.values if role in asked.person.roles for source in _BY_ROLE[role])
    return [source(asked) for source in sources]
