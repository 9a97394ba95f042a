"""The list of orders, the page of one, releasing and holding from there."""

from uuid import uuid4

import pytest
from django.test import Client

from mes.station.actions.operations import Completion, Given
from orders.models import WorkOrder
from wip.models import Hold


def test_the_list_shows_open_orders_by_rank_with_progress_and_holds(plant, ines) -> None:
    plant.order(3, reference="W-LATER", due_in_days=9)
    first = plant.released(2, reference="W-FIRST", priority=1)
    done = plant.released(1, reference="W-DONE").units.get()
    plant.do(done, "10", "20", "30", "40")
    with plant.door("mei") as passage:
        from wip.actions import holds

        holds.place(unit=first.units.first(), reason_code="QUALITY", reason="x", by=passage.person, at=passage.at)
    page = ines.get("/orders/")
    rows = [(row.reference, row.finished, row.held) for row in page.context["rows"]]
    assert rows == [("W-FIRST", "0", 1), ("W-LATER", "0", 0)]
    everything = ines.get("/orders/?status=all&text=w-d")
    assert [(row.reference, row.finished) for row in everything.context["rows"]] == [("W-DONE", "1")]


@pytest.mark.parametrize(
    "query", ["?page=x", "?page=99", "?status=%00", "?text=%00%27", "?status=DRAFT&text=" + "x" * 500]
)
def test_a_bad_address_still_answers_with_a_list(plant, ines, query) -> None:
    plant.order()
    assert ines.get(f"/orders/{query}").status_code == 200


@pytest.mark.parametrize("count", [3, 40])
def test_the_list_costs_the_same_for_any_number_of_orders(plant, ines, count, django_assert_num_queries) -> None:
    for _ in range(count):
        plant.released(1)
    with django_assert_num_queries(9):  # session, person, sites, keys, count, orders, progress, holds
        ines.get("/orders/")


def test_a_draft_is_released_from_its_page_once(plant, ines) -> None:
    order = plant.order(2)
    assert b"Release order" in ines.get(f"/orders/{order}/").content
    key = str(uuid4())
    for _ in range(2):
        answered = ines.post(f"/orders/{order}/release/", key=key)
        assert (answered.status_code, answered.url) == (302, f"/orders/{order}/")
    order.refresh_from_db()
    assert (order.status, order.units.count()) == ("RELEASED", 2)
    assert f"Order {order} is released." in ines.get(f"/orders/{order}/").content.decode()
    again = ines.post(f"/orders/{order}/release/")
    assert again.status_code == 409
    assert b"is released, so it can&#x27;t release now" in again.content


def test_an_order_is_released_in_parts_from_its_page(plant, ines) -> None:
    order = plant.order(5)
    assert b'required value="5"' in ines.get(f"/orders/{order}/").content
    ines.post(f"/orders/{order}/release/", quantity="2")
    page = ines.get(f"/orders/{order}/").content.decode()
    assert f"2 of 5 pcs of order {order} are released." in page
    assert "Release more" in page
    assert 'required value="3"' in page
    assert "2 released" in ines.get("/orders/").content.decode()
    assert b"3 pcs of" in ines.post(f"/orders/{order}/release/", quantity="4").content
    assert ines.post(f"/orders/{order}/release/", quantity="x").status_code == 422
    ines.post(f"/orders/{order}/release/", quantity="3")
    assert b"Release more" not in ines.get(f"/orders/{order}/").content


def test_a_completed_order_is_closed_from_its_page_and_found_in_the_list(plant, ines) -> None:
    order = plant.do(plant.unit(), "10", "20", "30", "40").work_order
    assert b"Close order" in ines.get(f"/orders/{order}/").content
    assert ines.post(f"/orders/{order}/close/", reason="").status_code == 422
    ines.post(f"/orders/{order}/close/", reason="Reviewed")
    page = ines.get(f"/orders/{order}/").content.decode()
    assert f"Order {order} is closed." in page
    assert "by Ines Carvalho: Reviewed" in page
    assert "Close order" not in page
    assert [row.reference for row in ines.get("/orders/?status=CLOSED").context["rows"]] == [str(order)]
    assert ines.get("/orders/").context["rows"] == []


def test_htmx_is_led_on_by_a_header_and_gets_refusals_as_a_band(plant, ines) -> None:
    order = plant.order()
    asked = {"HX-Request": "true"}
    assert ines.post(f"/orders/{order}/release/", headers=asked)["HX-Redirect"] == f"/orders/{order}/"
    refused = ines.post(f"/orders/{order}/release/", headers=asked)
    assert (refused.status_code, refused["HX-Retarget"]) == (409, "#refusal")


def test_several_orders_are_released_together_or_not_at_all(plant, ines) -> None:
    one, two, three = plant.order(), plant.order(), plant.released()
    assert ines.post("/orders/release/", order=[str(one), str(three)]).status_code == 409
    assert WorkOrder.objects.get(pk=one.pk).status == "DRAFT"
    assert ines.post("/orders/release/", order=[str(one), str(two)]).status_code == 302
    assert WorkOrder.objects.filter(status="RELEASED").count() == 3
    assert ines.post("/orders/release/").status_code == 422


def test_a_key_is_needed_and_stands_for_one_content(plant, ines) -> None:
    order = plant.order()
    assert ines.client.post(f"/orders/{order}/release/").status_code == 422
    key = str(uuid4())
    ines.post(f"/orders/{order}/hold/", key=key, reason_code="QUALITY", reason="plating")
    assert ines.post(f"/orders/{order}/hold/", key=key, reason_code="QUALITY", reason="other").status_code == 422
    assert Hold.objects.count() == 1


def test_an_order_is_held_with_a_reason(plant, ines) -> None:
    order = plant.released()
    refused = ines.post(f"/orders/{order}/hold/", reason_code="NOSUCH", reason="")
    assert refused.status_code == 422
    assert b"Kind" in refused.content
    assert ines.post(f"/orders/{order}/hold/", reason_code="QUALITY", reason="x" * 201).status_code == 422
    ines.post(f"/orders/{order}/hold/", reason_code="QUALITY", reason="Plating <below> 8 µm")
    page = ines.get(f"/orders/{order}/").content.decode()
    assert "1 open hold" in page
    assert "Plating &lt;below&gt; 8 µm" in page


def test_units_of_a_held_order_wait_held_and_not_ready(plant, ines) -> None:
    order = plant.released(2)
    ines.post(f"/orders/{order}/hold/", reason_code="CUSTOMER", reason="Quantity may change")
    context = ines.get(f"/orders/{order}/").context
    assert {o.code: (w.ready, w.held) for o, w in context["waiting"]} == {"10": (0, 2), "20": (0, 2)}
    assert {face.letter for line in context["grid"].lines for face in line.faces[:2]} == {"H"}


def test_the_grid_shows_what_runs_waits_is_held_scrapped_and_corrected(plant, ines) -> None:
    order = plant.released(4)
    done, running, held, scrapped = order.units.order_by("serial")
    plant.do(done, "10", "20")
    plant.start(done, "30")
    plant.report(done, "30", Given("SCREWS", plant.a_lot(6)), Given("TORQUE", "1.29", 1), Given("TORQUE", "1.20", 2))
    plant.report(done, "30", Given("TORQUE", "1.21", 1, reason="Tool slipped"), Given("SEATED", "yes"), complete=True)
    plant.start(running, "10")
    with plant.door("mei") as passage:
        from wip.actions import holds

        holds.place(unit=held, reason_code="QUALITY", reason="x", by=passage.person, at=passage.at)
    plant.start(scrapped, "20")
    plant.report(scrapped, "20", Given("DRIVE", "yes"), completion=Completion(good=0, scrap=1, scrap_reason="Cracked"))
    context = ines.get(f"/orders/{order}/").context
    faces = [[face.letter or face.state for face in line.faces] for line in context["grid"].lines]
    assert faces == [
        ["done", "done", "C", "ready"],
        ["running", "ready", "waiting", "waiting"],
        ["H", "H", "waiting", "waiting"],
        ["none", "S", "none", "none"],
    ]
    exceptions = [line.exception for line in context["grid"].lines]
    assert exceptions[0] == "Torque 1 corrected, 1.29 → 1.21"
    assert exceptions[2].startswith("H-")
    assert exceptions[3].endswith("Cracked")
    waiting = {o.code: (w.ready, w.held, w.running) for o, w in context["waiting"]}
    assert waiting == {"10": (0, 1, 1), "20": (1, 1, 0), "40": (1, 0, 0)}
    progress = context["progress"]
    assert (progress.finished, progress.scrapped, progress.ended, progress.first_pass) == (0, 1, 1, 0)
    assert [(e.letter, e.serial, e.text) for e in context["exceptions"]] == [
        ("S", str(scrapped), "scrapped: Cracked"),
        ("C", str(done), "Torque 1 corrected, 1.29 → 1.21: Tool slipped"),
    ]


@pytest.mark.parametrize("count", [20, 200])
def test_the_page_costs_the_same_for_any_number_of_units(plant, ines, count, django_assert_num_queries) -> None:
    order = plant.released(count)
    for unit in order.units.order_by("serial")[: count // 20]:
        plant.do(unit, "10")
    ines.get(f"/orders/{order}/")
    with django_assert_num_queries(18):
        page = ines.get(f"/orders/{order}/")
    assert len(page.context["grid"].lines) == min(count, 50)


def test_the_page_turns_at_fifty_units(plant, ines) -> None:
    order = plant.released(60)
    assert len(ines.get(f"/orders/{order}/?page=2").context["grid"].lines) == 10


def test_who_may_not_release_reads_why(plant, desk_of) -> None:
    order = plant.order()
    mei = desk_of("mei")
    page = mei.get(f"/orders/{order}/").content.decode()
    assert 'aria-disabled="true" data-opens="#why-not-release"' in page
    assert "Roles that have it: Supervisor, Planner, Integration." in page
    assert mei.post(f"/orders/{order}/release/").status_code == 403


@pytest.mark.parametrize("path", ["/orders/{}/", "/orders/{}/release/", "/orders/{}/hold/"])
def test_an_order_of_another_site_is_not_there(plant, ines, path) -> None:
    order = plant.order()
    WorkOrder.objects.filter(pk=order.pk).update(site=plant.elsewhere)
    path = path.format(order)
    given = {"reason_code": "QUALITY", "reason": "x"}
    assert (ines.get(path) if path.count("/") == 3 else ines.post(path, **given)).status_code == 404
    assert ines.get("/orders/nosuch/").status_code == 404
    assert ines.get("/orders/%00/").status_code == 404


def test_without_a_log_in_one_is_led_there(plant) -> None:
    order = plant.order()
    for path in ("/", "/orders/", f"/orders/{order}/", "/orders/import/", "/holds/", "/records/", "/find?q=x"):
        assert Client().get(path).url.startswith("/login/?next=/")
