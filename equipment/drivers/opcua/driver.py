"""The driver of OPC UA servers, see `equipment.drivers.base.Driver`."""

from contextlib import AbstractAsyncContextManager

from equipment.drivers.base import Endpoint, Guard, Link, unguarded
from equipment.drivers.opcua.addresses import check_address, check_endpoint, overlap, places

__all__ = ["check_address", "check_endpoint", "connect", "is_polled", "overlap", "places"]

is_polled = False


def connect(endpoint: Endpoint, guard: Guard = unguarded) -> AbstractAsyncContextManager[Link]:
    """Raises LinkLost, NotTrusted."""
    from equipment.drivers.opcua.link import open_link  # the library takes a second: only who connects needs it

    return open_link(endpoint, guard)
