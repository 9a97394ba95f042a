"""Why can't I? For a unit at a station and a person, and what would unblock an order: page and API."""

import pytest

from tests.api.conftest import api_as
from tests.holds import place

pytestmark = pytest.mark.django_db


def test_a_unit_says_what_stops_each_operation_and_who_lifts_it(plant, ines) -> None:
    unit = plant.do(plant.unit(), "10")
    hold = place(plant, unit=unit, operation_code="20")
    page = ines.get(f"/units/{unit}/why/")
    states = {one.operation.code: one.state for one in page.context["answers"]}
    assert states == {"10": "done", "20": "waiting", "30": "waiting", "40": "waiting"}
    said = page.content.decode()
    assert hold.number in said
    assert "Ines Carvalho, Mei-Ling Chen" in said
    assert "A deviation permit may pass it" in said
    narrowed = ines.get(f"/units/{unit}/why/?operation=30&station=ST-10&person=tomasz").context["answers"]
    codes = [each.verdict.code for one in narrowed for each in one.blocked]
    assert codes == ["WRONG_STATION", "PREDECESSOR_NOT_DONE"]


def test_who_is_asked_about_lacks_what_they_lack(plant, ines, desk_of) -> None:
    unit = plant.do(plant.unit(), "10", "20")

    def codes(query):
        answers = ines.get(f"/units/{unit}/why/?operation=30{query}").context["answers"]
        return [each.verdict.code for one in answers for each in one.blocked]

    assert codes("") == []
    assert codes("&person=mei") == ["OPERATOR_NOT_QUALIFIED"]
    assert codes("&person=amina") == []


def test_what_was_received_has_nothing_to_be_done(plant, ines) -> None:
    assert ines.get(f"/units/{plant.a_lot()}/why/").context["answers"] == []


def test_an_order_names_causes_with_counts(plant, ines, django_assert_num_queries) -> None:
    units = list(plant.released(4).units.order_by("serial"))
    plant.start(units[0], "20")
    hold = place(plant, unit=units[1])
    page = ines.get(f"/orders/{units[0].work_order}/why/")
    answer = page.context["answer"]
    assert (answer.units, answer.free, answer.running) == (4, 3, 1)
    causes = {(cause.operation.code, cause.verdict.code): (cause.count, cause.units) for cause in answer.causes}
    assert causes["10", "ON_HOLD"] == (1, [units[1].serial])
    assert hold.number in page.content.decode()
    plant.start(units[0], "10")
    answer = ines.get(f"/orders/{units[0].work_order}/why/").context["answer"]
    causes = {(cause.operation.code, cause.verdict.code): cause for cause in answer.causes}
    assert causes["30", "PREDECESSOR_NOT_DONE"].count == 1


def test_a_draft_waits_for_its_release(plant, ines) -> None:
    assert "not released" in ines.get(f"/orders/{plant.order()}/why/").content.decode()


@pytest.mark.parametrize("count", [2, 20])
def test_an_order_costs_the_same_for_any_number_of_units(plant, ines, count, django_assert_num_queries) -> None:
    order = plant.released(count)
    ines.get(f"/orders/{order}/why/")
    with django_assert_num_queries(10):
        ines.get(f"/orders/{order}/why/")


def test_the_same_over_the_api(plant, api) -> None:
    first, second = plant.released(2).units.order_by("serial")
    hold = place(plant, order=first.work_order)
    answer = api.get(f"/units/{first}/why-not?operation=10&station=ST-10&person=amina").json()
    (operation,) = answer["operations"]
    (blocked,) = operation["blocked"]
    assert (blocked["code"], blocked["evidence"]["holds"]) == ("ON_HOLD", [hold.number])
    assert (blocked["remedy"]["verb"], blocked["remedy"]["permission"]) == ("Release the hold", "holds.release")
    order = api.get(f"/work-orders/{first.work_order}/why-not").json()
    assert (order["units"], order["free"]) == (2, 0)
    (one, other) = order["causes"]
    assert (one["operation"], one["count"], one["units"]) == ("10", 2, [first.serial, second.serial])
    assert other["operation"] == "20"
    for wrong in ("operation=99", "station=ST-99", "person=nobody", "color=red"):
        assert api.get(f"/units/{first}/why-not?{wrong}").status_code == 422
    assert api_as(plant, "amina").get("/units/NO-SUCH/why-not").status_code == 404


@pytest.fixture
def api(plant):
    return api_as(plant, "amina")
