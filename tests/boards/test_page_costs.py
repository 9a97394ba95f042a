"""What a page costs: its statements are pinned, and a list asks as often for thirty as for ten.

From ten on: below that, pages need no count of the rest. The pages and lists are those that `make bench` measures.
"""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from equipment.models import Connection, Station, Tag, WorkCenter
from orders.models import Operation, Product, ProductRevision, Routing, RoutingRevision
from tests.api.conftest import api_as
from tests.bench.plant_at_scale import EACH, more_of_each, one_of_each
from tests.machines import a_day, a_machine, tag_at
from tests.station.pages import StationPage

pytestmark = pytest.mark.django_db

# Session, person and sites are three of every page; of the API the token and its person are two.
DESK = {
    "/": 13,  # one of them counts the refused events of machines, by station
    "/orders/": 9,
    "/orders/?status=all": 9,
    "/orders/?text=WO": 8,
    "/find?q=00": 13,
    "/holds/": 4,
    "/stock/": 6,
    "/assets/": 5,
    "/help-calls/": 6,
    "/machines/": 9,
    "/wall/machines/NF/": 9,
    "/wall/machines/NF/LINE-1/?part=wall": 10,
    "/machines/NF/ST-20/": 17,
    "/machines/NF/ST-20/?part=state": 8,
    "/machines/NF/ST-20/?part=values": 8,
    "/machines/NF/ST-20/?part=trend": 9,
    "/machines/NF/ST-20/?part=acts": 7,
    "/machines/NF/ST-20/write/": 8,
    "/calendar/": 5,
    "/gates/": 6,
    "/labor/": 10,
    "/reasons/": 5,  # one of them counts what defects were found
    "/station/stations/": 8,
    "/board/NF/LINE-1/": 14,
    "/board/NF/LINE-1/?part=unplanned": 18,
    "/dispatch/": 5,
    "/dispatch/NF/ST-10/": 9,
    "/admin/orders/product/": 6,
    "/admin/orders/productrevision/": 6,
    "/admin/orders/routing/": 7,
    "/admin/orders/routingrevision/": 7,
    "/admin/orders/operation/": 8,
    "/admin/orders/operation/?q=Torque&routing_revision__status__exact=DRAFT": 8,
    "/admin/equipment/station/": 7,
    "/admin/equipment/workcenter/": 7,
    "/admin/genealogy/unit/": 6,
    "/exceptions/": 6,  # of these and of batches the keys first, then the rows by statements put together once
    "/permits/": 5,
    "/batches/?status=all": 7,
    "/containers/": 6,
    "/qualifications/": 8,
    "/master-data/": 9,
    "/master-data/products/": 6,
    "/master-data/routings/": 6,
    "/master-data/instructions/": 6,
}
AUDITOR = {"/connections/NF/PLC-1/": 10, "/records/": 6, "/admin/personnel/person/": 6, "/admin/equipment/calendar/": 5}
API = {
    "/api/v1/work-orders": 4,
    "/api/v1/units": 4,
    "/api/v1/calendars": 3,
    "/api/v1/stations": 4,
    "/api/v1/holds": 3,
    "/api/v1/gates": 4,
    "/api/v1/machines": 7,
    "/api/v1/connections": 3,
    "/api/v1/products": 4,
    "/api/v1/routings": 5,
    "/api/v1/instructions": 4,
    "/api/v1/permits": 4,
    "/api/v1/exceptions": 4,
    "/api/v1/containers": 5,
    "/api/v1/people": 6,
}
ENGINEER = {
    "/connections/NF/PLC-1/write/": 7,
    "/connections/NF/PLC-1/replay/?tag=GOOD&since=2020-01-01T10:00&until=2020-01-01T11:00": 8,
}
_LISTS = {"ines": DESK, "ruth": AUDITOR, "hiroshi": ENGINEER, "api": API}
ORDER, UNIT, UNIT_BY_API, QUEUE = 18, 23, 8, 10


def more(plant, of: dict[str, UUID], first: int, last: int) -> None:
    """Orders, units, lots, products, routings, stations and work centers, from the first number to the last.

    And as many people, instructions, containers, permits, batches and exceptions.
    """
    with connection.cursor() as cursor:
        more_of_each(cursor, plant, of, first=first + 1, counts=dict.fromkeys(EACH, last - first))
    for n in range(first, last):
        plant.released(2)
        plant.order()
        plant.a_lot()
        product = Product.objects.create(code=f"P-{n:03}", name="Pump")
        ProductRevision.objects.create(product=product, code="A")
        routing = Routing.objects.create(product=product, site=plant.site, name=f"Routing {n}")
        revision = RoutingRevision.objects.create(routing=routing, number=1)
        center = WorkCenter.objects.create(site=plant.site, code=f"W-{n}", name="Cell")
        station = Station.objects.create(
            site=plant.site,
            work_center=center,
            station_class=plant.stations["10"].station_class,
            code=f"S-{n}",
            name="Station",
        )
        Operation.objects.create(
            routing_revision=revision, code="30", name="Torque", station_class=station.station_class
        )
        plc = tags[0].connection if (tags := list(Tag.objects.filter(code="STATE"))) else _machine(plant)
        tag_at(plc, station, f"T-{n}", f"holding:{n + 100}")


def _machine(plant) -> Connection:
    tags = a_machine(plant.stations["20"])
    a_day(tags)
    return tags["STATE"].connection


@pytest.fixture
def statements(plant) -> Callable[..., list[str]]:
    """`statements("/path", "ines")` -> what the page asks of the database."""
    clients = {name: Client() for name in ("ines", "ruth", "hiroshi", "api")}
    for name in ("ines", "ruth", "hiroshi"):
        clients[name].force_login(plant.people[name])
    token = {"authorization": f"Bearer {api_as(plant, 'ines').token}"}

    def asked(path: str, who: str = "ines", client: Client | None = None) -> list[str]:
        ask, headers = client or clients[who], token if who == "api" else {}
        assert ask.get(path, headers=headers).status_code == 200, path  # what is kept for a while is kept now
        with CaptureQueriesContext(connection) as queries:
            ask.get(path, headers=headers)
        return [query["sql"][:300] for query in queries.captured_queries]

    return asked


def test_a_list_asks_the_database_as_often_as_is_pinned_and_for_thirty_as_for_ten(plant, statements):
    lists = {path: (who, count) for who, pages in _LISTS.items() for path, count in pages.items()}
    of = one_of_each(plant)
    more(plant, of, 0, 10)
    few = {path: statements(path, who) for path, (who, _) in lists.items()}
    assert {path: len(found) for path, found in few.items()} == {path: count for path, (_, count) in lists.items()}
    more(plant, of, 10, 30)
    for path, (who, _) in lists.items():
        many = statements(path, who)
        assert len(many) == len(few[path]), "\n".join([path, *many])


def test_the_pages_of_one_record_and_of_a_station_ask_as_often_as_is_pinned(plant, statements):
    order = plant.released(3)
    unit = plant.do(order.units.first(), "10", "20", "30")
    station = StationPage(plant, "10")
    station.log_on()
    asked = {
        "order": statements(f"/orders/{order}/"),
        "unit": statements(f"/units/{unit}/"),
        "unit, API": statements(f"/api/v1/units/{unit}", "api"),
        "queue": statements("/station/", client=station.client),
    }
    pinned = {"order": ORDER, "unit": UNIT, "unit, API": UNIT_BY_API, "queue": QUEUE}
    assert {page: len(found) for page, found in asked.items()} == pinned, asked
