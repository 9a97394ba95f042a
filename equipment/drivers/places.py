"""Where on a network a machine is: a host and a port, as addresses of any kind have them."""

import re
from ipaddress import AddressValueError, IPv6Address

from equipment.drivers.base import InvalidAddress

_PLACE = re.compile(r"(?P<host>\[[^\[\]]*\]|[^:\[\]/@?#]*)(?::(?P<port>[0-9]+))?", re.ASCII)
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*\.?", re.ASCII)
_LONGEST_HOST = 253


def host_and_port(address: str, default: int) -> tuple[str, int]:
    """Of `host`, `host:port` or `[::1]:port`; port 0, where nobody answers, says that it is not known yet.

    Raises InvalidAddress for what is neither.
    """
    found = _PLACE.fullmatch(address)
    if found is None or not _is_host(found["host"]):
        raise InvalidAddress(f"“{address}” is no address of a machine: write host:port.")
    port = int(found["port"] or default)
    if port > 65_535:
        raise InvalidAddress(f"“{address}” is no address of a machine: a port is a number up to 65535.")
    return found["host"].removeprefix("[").removesuffix("]"), port


def has_port(address: str) -> bool:
    found = _PLACE.fullmatch(address)
    return found is not None and found["port"] is not None


def _is_host(host: str) -> bool:
    if not host.startswith("["):
        return len(host) <= _LONGEST_HOST and _HOST.fullmatch(host) is not None
    try:
        IPv6Address(host[1:-1])
    except (AddressValueError, ValueError):
        return False
    return True
