"""What every office page shows around its content."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from equipment.queries import sites_of
from mes.kernel.personnel.roles import Permission


@dataclass(frozen=True)
class Entry:
    """One entry of the main navigation."""

    label: str
    url: str
    current: bool


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
        return {"nav": [], "new_key": uuid4}
    entries = [
        Entry(str(label), url, request.path.startswith(url))
        for label, name, permission in _NAVIGATION
        if person.may(permission)
        for url in [reverse(name)]
    ]
    # Asked only by pages that show it, and then once a request.
    return {"nav": entries, "new_key": uuid4, "site": lambda: ", ".join(s.name for s in sites_of(person).values())}
