"""Drivers: how values come from machines, and go there. Folders of one shape, found by the kind of a connection.

A driver is a module with `is_polled`, `check_address(address, value_type)`, `overlap(one, other, device_id)` and
`connect(endpoint)`; see `equipment.drivers.base`.
"""

from importlib import import_module

from equipment.drivers.base import Driver

# By name, and imported when first used: the web process needs no protocol to show a tag.
DRIVERS = {
    "MODBUS": "equipment.drivers.modbus.driver",
    "OPCUA": "equipment.drivers.opcua.driver",
}


def driver(kind: str) -> Driver:
    """The driver of a kind of connection. Raises KeyError for a kind that is none."""
    return import_module(DRIVERS[kind])
