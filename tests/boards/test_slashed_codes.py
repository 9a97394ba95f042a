"""A product's code may be anything that can be written, a slash too; and so may the serials that are made from it."""

import pytest
from django.utils.http import urlencode

from orders.models import Product, ProductRevision, Tracking
from tests.api.conftest import api_as

pytestmark = pytest.mark.django_db
CODES = ["16/25 A", "6308/2RS/C3", 'Seal Ø 3/8" #4 50%?', "a/where-used/b", "hold/tree"]


@pytest.fixture(params=CODES)
def product(plant, request) -> Product:
    made = Product.objects.create(code=request.param, name="Seal", tracking=Tracking.LOT)
    ProductRevision.objects.create(product=made, code="A/1")
    return made


def test_the_api_finds_it_by_its_code(plant, product):
    hiroshi = api_as(plant, "hiroshi")
    at = f"/products/{product.code.replace('%', '%25').replace('?', '%3F').replace('#', '%23')}"
    assert hiroshi.get(at).json()["code"] == product.code
    assert hiroshi.get(f"{at}/where-used").status_code == 200
    assert hiroshi.get(f"{at}/revisions/A/1").json()["revision"] == "A/1"
    assert hiroshi.get(f"{at}/revisions/A/1/tree").status_code == 200
    assert hiroshi.get(f"{at}/revisions/B").status_code == 404


def test_its_lots_have_their_pages(plant, product, ines):
    lot = plant.receive(product, product.serial(1), 5)
    for address in ("/stock/?show=store", "/orders/", f"/find?{urlencode({'q': lot.serial[1:]})}"):
        assert ines.get(address).status_code == 200, address
    found = ines.get(f"/find?{urlencode({'q': lot.serial})}")
    assert found.status_code == 302
    page = ines.get(found["Location"])
    assert (page.status_code, lot.serial.split("/")[0] in page.content.decode()) == (200, True)
    assert ines.get(f"{found['Location'].replace('/units/', '/stock/', 1)}label/").status_code == 200
    held = ines.post(f"{found['Location']}hold/", reason_code="QUALITY", reason="Torn")
    assert held.status_code == 302


def test_its_lots_are_reached_over_the_api(plant, product):
    lot = plant.receive(product, product.serial(1), 5)
    ines = api_as(plant, "ines")
    at = lot.serial.replace("%", "%25").replace("?", "%3F").replace("#", "%23")
    assert ines.get(f"/lots/{at}").json()["serial"] == lot.serial
    assert ines.get(f"/units/{at}").json()["serial"] == lot.serial
    assert ines.post(f"/units/{at}/operations/10/start", {"station": "ST-10"}).status_code in {404, 409, 422}
    assert ines.post(f"/lots/{at}/stage", {"station": "ST-10"}).status_code == 200
