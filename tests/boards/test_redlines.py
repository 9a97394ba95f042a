"""Redlines on the pages of the office: drafted, signed by two, put into effect, shown."""

import pytest

from orders.content import digest_of
from orders.models import RoutingRevision, WorkOrder
from tests.plant import PASSWORD
from tests.redlines import REASON, add_a_step, insert_an_operation, redlined
from tests.wip.test_replace import scrap

pytestmark = pytest.mark.django_db


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_engineer_drafts_one_on_the_orders_page_and_quality_puts_it_into_effect(plant, desk_of):
    order = plant.released(1)
    engineer, quality = desk_of("hiroshi"), desk_of("mei")
    assert "Redline order" in text(engineer.get(f"/orders/{order}/"))
    answer = engineer.post(f"/orders/{order}/redlines/", reason=REASON)
    draft = RoutingRevision.objects.get(redline_of=order)
    assert answer.url == f"/master-data/revisions/routing/{draft.pk}/"
    add_a_step(plant, draft)
    shown = text(engineer.get(f"/orders/{order}/"))
    assert "not in effect yet" in shown
    assert "Redline order" not in shown
    page = f"/master-data/revisions/routing/{draft.pk}/"
    for who, verb in ((engineer, "approve"), (quality, "release")):
        given = {"reason": "Looked at", "digest": digest_of(draft), "password": PASSWORD}
        assert who.post(f"{page}{verb}/", **given).status_code == 302
    assert "Put into effect" in text(quality.get(f"/orders/{order}/"))
    quality.post(f"/orders/{order}/redlines/1/")
    order.refresh_from_db()
    assert order.routing_revision == draft


def test_order_and_traveler_say_what_changed_since_when_who_signed_and_why(plant, desk_of, ines):
    order = plant.released(1)
    unit = order.units.get()
    plant.do(unit, "10")
    redlined(plant, order, add_a_step, insert_an_operation)
    for page in (f"/orders/{order}/", f"/orders/{order}/traveler/"):
        shown = text(ines.get(page))
        for said in ("Step 30 SEAL is new", "Operation 25 is new", REASON, "Hiroshi Tanaka", "Mei-Ling Chen", "since"):
            assert said in shown, (page, said)
    record = text(ines.get(f"/units/{unit}/"))
    assert "Done by the plan before a redline" in record
    assert "Dry the seal" in record


def test_lists_of_routings_do_not_have_redlines_and_what_is_in_work_names_their_order(plant, desk_of):
    order = plant.released(1)
    engineer = desk_of("hiroshi")
    engineer.post(f"/orders/{order}/redlines/", reason=REASON)
    draft = RoutingRevision.objects.get(redline_of=order)
    for page in ("/master-data/routings/", f"/master-data/products/{plant.pump.product_id}/"):
        assert str(draft.pk) not in text(engineer.get(page))
    assert f"redline 1 of {order}" in text(engineer.get("/master-data/"))
    assert f"redline 1 of {order}" not in text(engineer.get(f"/master-data/revisions/routing/{plant.routing.pk}/"))


def test_a_redline_that_is_not_there_is_not_found(plant, desk_of):
    order = plant.released(1)
    assert desk_of("mei").post(f"/orders/{order}/redlines/3/").status_code == 404


def test_what_replaces_scrap_is_marked_and_linked_both_ways(plant, ines):
    order = plant.released(2)
    WorkOrder.objects.filter(pk=order.pk).update(replaces_scrap=True)
    unit = scrap(plant, order.units.order_by("serial").first())
    shown = text(ines.get(f"/orders/{order}/"))
    assert f"Replaces {unit}" in shown
    assert "1 replacement" in shown
    assert unit.replacement.serial in text(ines.get(f"/units/{unit}/"))
    assert unit.serial in text(ines.get(f"/units/{unit.replacement}/"))
