"""What every office page shows around its content."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from equipment.queries import sites_of
from mes.kernel.personnel.roles import Permission
from mes.kernel.pieces import Flat


@dataclass(frozen=True)
class Entry:
    """One entry of the main navigation."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Entries(Flat):
    """The entries of somebody's main navigation."""

    entries: tuple[Entry, ...] = ()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)


# label, name of the address, permission that shows it
_NAVIGATION = [
    (_("Orders"), "orders", Permission.VIEW_ORDERS),
    (_("Holds"), "holds", Permission.VIEW_UNITS),
    (_("Stock"), "stock", Permission.VIEW_UNITS),
    (_("Board"), "boards", Permission.VIEW_ORDERS),
    (_("Dispatch"), "dispatch_stations", Permission.VIEW_ORDERS),
    (_("Stations"), "station:stations", Permission.VIEW_ORDERS),
    (_("Time"), "labor", Permission.VIEW_PEOPLE),
    (_("Qualifications"), "qualifications", Permission.VIEW_PEOPLE),
    (_("Help calls"), "help_calls", Permission.VIEW_ORDERS),
    (_("Machines"), "machines", Permission.VIEW_ORDERS),
    (_("Assets"), "assets", Permission.VIEW_UNITS),
    (_("Calendar"), "calendar", Permission.VIEW_ORDERS),
    (_("Gates"), "gates", Permission.VIEW_MASTER_DATA),
    (_("Records"), "records", Permission.VIEW_LEDGER),
    (_("Plant files"), "plant_files", Permission.IMPORT_PLANT),
    (_("Master data"), "master_data", Permission.VIEW_MASTER_DATA),
]


def navigation(request: HttpRequest) -> dict[str, Any]:
    """nav, site: for desk.html. new_key: another idempotency key each time a form asks for one."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return {"nav": Entries(), "new_key": uuid4}
    here = tuple(url for _label, url, _permission in _places() if request.path.startswith(url))
    return {
        "nav": _entries(person.permissions, here, get_language()),
        "new_key": uuid4,
        # Asked only by pages that show it, and then once a request.
        "site": lambda: ", ".join(s.name for s in sites_of(person).values()),
    }


@lru_cache(1024)
def _entries(permissions: frozenset[Permission], here: tuple[str, ...], language: str | None) -> Entries:
    """What people with these permissions find. here: where they are; language: the one that is active."""
    return Entries(
        tuple(Entry(str(label), url, url in here) for label, url, permission in _places() if permission in permissions)
    )


@cache
def _places() -> list[tuple[Any, str, Permission]]:
    return [(label, reverse(name), permission) for label, name, permission in _NAVIGATION]
