"""Deviation permits and exceptions in the office."""

import pytest

from tests.permits import BEFORE, LIMITS, grant
from tests.plant import PASSWORD
from tests.wip.test_overrides import begin, end, leaking, under
from wip.models import Permit

pytestmark = pytest.mark.django_db


@pytest.fixture
def mei(desk_of):
    return desk_of("mei")


def test_quality_grants_a_permit_with_the_password_and_closes_it(plant, mei) -> None:
    given = {"gate": LIMITS, "site": plant.site.pk, "reason": "Customer accepts", "quantity_limit": "2,5"}
    assert mei.post("/permits/grant/", **given, password="no").status_code == 403
    mei.post("/permits/grant/", **given, password=PASSWORD, product="ip2", operation_code="40")
    permit = Permit.objects.get()
    assert (str(permit.quantity_limit), permit.product, permit.signature.signed_by) == (
        "2.5000",
        plant.pump.product,
        plant.people["mei"],
    )
    assert str(permit) in mei.get("/permits/").content.decode()
    mei.post(f"/permits/{permit}/close/", reason="Not needed")
    permit.refresh_from_db()
    assert permit.status == "CLOSED"
    assert "Not needed" in mei.get(f"/permits/{permit}/").content.decode()
    assert list(mei.get("/permits/?status=all").context["page"].object_list) == [permit]
    assert list(mei.get("/permits/").context["page"].object_list) == []


@pytest.mark.parametrize(
    "wrong", [{"product": "nosuch"}, {"gate": "x"}, {"quantity_limit": ""}, {"valid_to": "2020-01-01"}]
)
def test_what_is_wrong_is_said_and_nothing_granted(plant, mei, wrong) -> None:
    given = {"gate": LIMITS, "site": plant.site.pk, "reason": "x", "quantity_limit": "1", "password": PASSWORD}
    assert mei.post("/permits/grant/", **given | wrong).status_code == 422
    assert not Permit.objects.exists()


def test_who_is_not_of_quality_only_looks(plant, ines) -> None:
    permit = grant(plant)
    assert "Roles that have it: Quality." in ines.get(f"/permits/{permit}/").content.decode()
    assert ines.post(f"/permits/{permit}/close/", reason="x").status_code == 403
    Permit.objects.filter(pk=permit.pk).update(site=plant.elsewhere)
    assert ines.get(f"/permits/{permit}/").status_code == 404


def test_what_went_another_way_is_on_every_page_it_concerns(plant, ines) -> None:
    permit, unit = grant(plant), leaking(plant)
    end(plant, unit, under(permit))
    for page in (f"/permits/{permit}/", f"/units/{unit}/", f"/orders/{unit.work_order}/", "/exceptions/"):
        assert "Within the customer&#x27;s limit" in ines.get(page).content.decode(), page
    assert ines.get("/gates/").context["lines"][-1].overridden == 1
    assert "passed 1 time in 30 days" in ines.get(f"/gates/{LIMITS}/").content.decode()


def test_exceptions_are_narrowed_by_kind_order_and_day(plant, ines) -> None:
    permit = grant(plant, BEFORE, quantity=9)
    first, second = plant.do(plant.unit(), "10"), plant.do(plant.unit(), "10")
    for unit in (first, second):
        begin(plant, unit, "30", under(permit, BEFORE))

    def shown(query):
        return [one.unit for one in ines.get(f"/exceptions/?{query}").context["page"].object_list]

    assert shown("kind=OVERRIDE") == [second, first]
    assert shown("kind=SKIP") == []
    assert shown(f"order={str(first.work_order).lower()}") == [first]
    assert shown("since=2026-11-24") == []
    assert shown("until=2026-11-23&since=2026-11-23") == [second, first]
    assert shown("since=nonsense&kind=OVERRIDE") == [second, first]
