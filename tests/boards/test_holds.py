"""The list of holds."""

from datetime import timedelta

import pytest
from django.utils import timezone

from mes.kernel.audit.canonical import digest
from orders.models import ProductRevision
from tests.equipment.assets import wrench
from tests.holds import place
from tests.plant import NOW, PASSWORD
from tests.wip.test_cascades import made_and_built_in, of_a_revision, taken_lot
from wip.actions import holds
from wip.actions.holds import release_content
from wip.models import Hold


def placed(plant, **on) -> Hold:
    with plant.door("mei") as passage:
        return holds.place(reason_code="PROCESS", reason="Plating", by=passage.person, at=passage.at, **on)


def signature(hold: Hold) -> dict[str, str]:
    return {"password": PASSWORD, "digest": digest(release_content(hold))}


def test_open_holds_are_listed_and_released_ones_on_demand(plant, ines) -> None:
    open_, released = placed(plant, unit=plant.unit()), placed(plant, order=plant.released())
    ines.post(f"/holds/{released}/release/", reason="Measured again", **signature(released))
    page = ines.get("/holds/").content.decode()
    assert str(open_) in page
    assert "Measured again" in ines.get("/holds/?status=RELEASED").content.decode()
    assert len(ines.get("/holds/?status=all").context["page"].object_list) == 2


def test_a_hold_is_placed_from_the_list_by_number(plant, desk_of) -> None:
    amina, order, unit = desk_of("amina"), plant.released(), plant.unit()
    amina.post("/holds/place/", subject=str(order).lower(), reason_code="PROCESS", reason="x")
    amina.post("/holds/place/", subject=unit.serial, reason_code="PROCESS", reason="x")
    assert {hold.subject for hold in Hold.objects.all()} == {str(order), unit.serial}
    assert amina.post("/holds/place/", subject="nosuch", reason_code="PROCESS", reason="x").status_code == 404


def test_a_hold_is_placed_on_what_was_typed_and_on_nothing_that_only_comes_near(plant, ines) -> None:
    plant.order(reference="WO-a", priority=5), plant.order(reference="WO-A", priority=1)
    plant.order(reference="X-1"), plant.receive(plant.screws, "X-1")
    ines.post("/holds/place/", subject="WO-a", reason_code="PROCESS", reason="x")
    refused = ines.post("/holds/place/", subject="x-1", reason_code="PROCESS", reason="x")
    assert refused.status_code == 422
    assert "There are work order X-1 and unit X-1." in refused.content.decode()
    assert [hold.subject for hold in Hold.objects.all()] == ["WO-a"]


def test_an_operator_places_and_may_not_release(plant, desk_of) -> None:
    hold, amina = placed(plant, unit=plant.unit()), desk_of("amina")
    page = amina.get("/holds/").content.decode()
    assert "Roles that have it: Supervisor, Quality." in page
    assert amina.post(f"/holds/{hold}/release/", reason="x").status_code == 403
    assert desk_of("pavel").post("/holds/place/", subject="x", reason_code="PROCESS", reason="x").status_code == 403


def test_a_hold_of_another_site_is_not_there(plant, ines) -> None:
    hold = placed(plant, unit=plant.unit())
    Hold.objects.filter(pk=hold.pk).update(site=plant.elsewhere)
    assert ines.post(f"/holds/{hold}/release/", reason="x").status_code == 404
    assert ines.get("/holds/").context["page"].object_list.count() == 0


@pytest.mark.parametrize("count", [2, 20])
def test_the_list_costs_the_same_for_any_number_of_holds(plant, ines, count, django_assert_num_queries) -> None:
    for unit in plant.released(count).units.all():
        placed(plant, unit=unit)
    with django_assert_num_queries(5):  # session, person, sites, count, holds
        ines.get("/holds/")


def test_a_doubt_about_quality_is_released_with_the_password_and_what_was_read(plant, desk_of) -> None:
    hold, mei = place(plant, unit=plant.unit()), desk_of("mei")
    digest_ = digest(release_content(hold))
    assert digest_ in mei.get(f"/holds/{hold}/").content.decode()
    assert mei.post(f"/holds/{hold}/release/", reason="Good").status_code == 422
    wrong = mei.post(f"/holds/{hold}/release/", reason="Good", password="no", digest=digest_)
    assert wrong.status_code == 403
    mei.post(f"/holds/{hold}/release/", reason="Good", password=PASSWORD, digest=digest_)
    hold.refresh_from_db()
    assert hold.release_signature.signed_by == plant.people["mei"]


def test_a_hold_on_an_order_is_released_for_ticked_units(plant, ines) -> None:
    first, second = plant.released(2).units.order_by("serial")
    hold = placed(plant, order=first.work_order)
    assert first.serial in ines.get(f"/holds/{hold}/").content.decode()
    ines.post(f"/holds/{hold}/release/", staged="yes", units=[first.serial], reason="Looked at", **signature(hold))
    plant.start(first, "10")
    assert not ines.get(f"/units/{first}/").context["record"].open_holds
    assert ines.get(f"/units/{second}/").context["record"].open_holds == [hold]
    assert ines.post(f"/holds/{hold}/release/", staged="yes", reason="x").status_code == 422


@pytest.mark.parametrize("name", ["ST-10", "TW-1", "PCB-7 rev B"])
def test_stations_tools_and_revisions_are_held_by_their_names(plant, ines, name) -> None:
    wrench(plant)
    ProductRevision.objects.create(product=plant.board, code="B")
    ines.post(
        "/holds/place/",
        subject=name if " " in name else name.lower(),
        reason_code="PROCESS",
        reason="x",
        owner="mei",
        due_date="2099-01-31",
    )
    hold = Hold.objects.get()
    assert (name in hold.subject, hold.owner) == (True, plant.people["mei"])
    assert hold.due_at.astimezone(plant.site.zone).isoformat()[:16] == "2099-01-31T23:59"
    assert ines.get(f"/holds/{hold}/").status_code == 200
    refused = ines.post("/holds/place/", subject=name, reason_code="PROCESS", reason="x", operation_code="10")
    assert refused.status_code == 422


def test_what_a_hold_would_stop_is_shown_first(plant, ines) -> None:
    lot, pumps = taken_lot(plant)
    page = ines.get(f"/holds/new/?subject={lot}").content.decode()
    assert all(pump.serial in page for pump in pumps)
    assert "nothing of the name" in ines.get("/holds/new/?subject=nosuch").content.decode()
    part = ines.get(f"/holds/new/?part=impact&subject={lot}").content.decode()
    assert all(pump.serial in part for pump in pumps)
    assert "<form" not in part
    ines.post("/holds/place/", subject=lot.serial, reason_code="MATERIAL", reason="x", cascades="on")
    hold = Hold.objects.get(origin=None)
    page = ines.get(f"/holds/{hold}/").content.decode()
    assert all(pump.serial in page for pump in pumps)
    assert [row for row, _ in ines.get("/holds/").context["rows"]] == [hold]


def test_what_an_order_made_went_into_is_shown_first_and_held_with_it(plant, ines) -> None:
    made, _third, hosts = made_and_built_in(plant)
    part = ines.get(f"/holds/new/?part=impact&subject={made}").content.decode()
    assert all(host.serial in part for host in hosts)
    ines.post("/holds/place/", subject=made.erp_reference, reason_code="MATERIAL", reason="x", cascades="on")
    hold = Hold.objects.get(origin=None)
    page = ines.get(f"/holds/{hold}/").content.decode()
    assert "Units of the order, and what they went into" in page
    assert all(f'value="{unit.serial}"' in page for unit in (*hosts, *made.units.all()))
    other = plant.released(1)
    ines.post(f"/orders/{other}/hold/", reason_code="MATERIAL", reason="x")
    assert not Hold.objects.get(work_order=other).heirs.exists()


def test_what_a_revision_went_into_is_shown_first_and_held_with_it(plant, ines) -> None:
    revision, pumps = of_a_revision(plant)
    name = f"{revision.product.code} rev B"
    part = ines.get("/holds/new/", query_params={"part": "impact", "subject": name}).content.decode()
    assert all(pump.serial in part for pump in pumps)
    ines.post("/holds/place/", subject=name, reason_code="MATERIAL", reason="x", cascades="on")
    page = ines.get(f"/holds/{Hold.objects.get(origin=None)}/").content.decode()
    assert all(pump.serial in page for pump in pumps)


def test_what_is_overdue_stands_first(plant, ines) -> None:
    late = place(plant, unit=plant.unit(), due_at=NOW + timedelta(days=1))
    place(plant, unit=plant.unit())
    Hold.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(hours=1))
    assert ines.get("/holds/").context["rows"][0] == (late, True)


def test_a_rework_is_proposed_at_the_station_and_is_no_kind_of_hold_on_the_desk(plant, desk_of) -> None:
    amina, unit = desk_of("amina"), plant.unit()
    for page in ("/holds/new/", f"/units/{unit.serial}/"):
        shown = amina.get(page).content.decode()
        assert 'value="PROCESS"' in shown
        assert 'value="REWORK"' not in shown
    refused = amina.post("/holds/place/", subject=unit.serial, reason_code="REWORK", reason="x")
    assert refused.status_code == 422
    assert not Hold.objects.exists()
