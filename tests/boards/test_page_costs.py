"""What a list costs does not grow with what is in it, from ten on: below that, pages need no count of the rest."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from equipment.models import Station, WorkCenter
from orders.models import Product, ProductRevision, Routing, RoutingRevision
from tests.api.conftest import api_as

LISTS = [
    *(
        "/",
        "/orders/",
        "/orders/?status=all",
        "/find?q=00",
        "/holds/",
        "/stock/",
        "/assets/",
        "/help-calls/",
        "/calendar/",
    ),
    *("/station/stations/", "/admin/orders/product/", "/admin/orders/productrevision/", "/admin/orders/routing/"),
    *("/admin/orders/routingrevision/", "/admin/equipment/station/", "/admin/equipment/workcenter/"),
    *("/admin/genealogy/unit/", "/api/v1/work-orders", "/api/v1/units", "/api/v1/calendars", "/api/v1/stations"),
]


def more(plant, first: int, last: int) -> None:
    """Orders, units, lots, products, routings, stations and work centers, from the first number to the last."""
    for n in range(first, last):
        plant.released(2)
        plant.order()
        plant.a_lot()
        product = Product.objects.create(code=f"P-{n:03}", name="Pump")
        ProductRevision.objects.create(product=product, code="A")
        routing = Routing.objects.create(product=product, site=plant.site, name=f"Routing {n}")
        RoutingRevision.objects.create(routing=routing, number=1)
        center = WorkCenter.objects.create(site=plant.site, code=f"W-{n}", name="Cell")
        Station.objects.create(
            site=plant.site,
            work_center=center,
            station_class=plant.stations["10"].station_class,
            code=f"S-{n}",
            name="Station",
        )


@pytest.mark.django_db
def test_a_list_asks_the_database_as_often_for_thirty_as_for_ten(plant, client):
    client.force_login(plant.people["ines"])
    token = {"authorization": f"Bearer {api_as(plant, 'ines').token}"}

    def statements(path: str) -> list[str]:
        headers = token if path.startswith("/api/") else {}
        assert client.get(path, headers=headers).status_code == 200, path  # what is kept for a while is kept now
        with CaptureQueriesContext(connection) as queries:
            client.get(path, headers=headers)
            return [query["sql"][:300] for query in queries.captured_queries]

    more(plant, 0, 10)
    few = {path: statements(path) for path in LISTS}
    more(plant, 10, 30)
    for path in LISTS:
        many = statements(path)
        assert len(many) == len(few[path]), "\n".join([path, *many])
