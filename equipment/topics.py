"""What can be heard of stations."""

from uuid import UUID

from mes.kernel.topics import topic


def help_calls(site: UUID) -> str:
    """Calls for help at a site."""
    return topic(site, "help")


def at_station(site: UUID, station: UUID) -> str:
    """What lies at a station and what was asked for there: material, tools, clearance, help."""
    return topic(site, "station", station)


def machine(site: UUID | str, station: UUID | str) -> str:
    """What the machine at a station does: its state, values, events."""
    return f"{site}/machine/{station}"


def machine_state(site: UUID | str, station: UUID | str) -> str:
    """The state of the machine at a station alone: it changes seldom, and who looks wants to know at once."""
    return f"{site}/state/{station}"


def machine_states(site: UUID | str) -> str:
    """The states of all machines of a site."""
    return f"{site}/states"


def refused_events(site: UUID | str) -> str:
    """Which events of the machines of a site wait for somebody."""
    return f"{site}/refused"


def values(site: UUID | str, connection: UUID | str) -> str:
    """What a connection's tags show that belong to no station; those of a station are told by its machine."""
    return f"{site}/values/{connection}"


def connections(site: UUID | str) -> str:
    """How the connections to machines of a site stand."""
    return f"{site}/connections"
