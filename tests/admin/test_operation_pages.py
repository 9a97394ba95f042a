"""Operations in the administration: found in one list; on one page, steps as rows, and what few have folded away."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mes.kernel.door import open_door
from orders.actions import drafts
from orders.models import Operation, Step
from tests.plant import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(plant):
    hiroshi = plant.people["hiroshi"]
    with open_door(person=hiroshi, at=NOW):
        return drafts.copy_routing_revision(revision=plant.routing, by=hiroshi, at=NOW)


@pytest.fixture
def engineer(client, plant):
    client.force_login(plant.people["hiroshi"])
    return client


def listed(client, **asked) -> list[tuple[str, int]]:
    answer = client.get(reverse("admin:orders_operation_changelist"), asked)
    assert answer.status_code == 200
    return [(operation.code, operation.routing_revision.number) for operation in answer.context["cl"].result_list]


def page_of(client, operation: Operation) -> str:
    return client.get(reverse("admin:orders_operation_change", args=[operation.pk])).content.decode()


def without_tags(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def test_operations_are_listed_by_routing_the_newest_revision_first(engineer, draft) -> None:
    assert listed(engineer) == [(code, number) for number in (8, 7) for code in ("10", "20", "30", "40")]
    page = engineer.get(reverse("admin:orders_operation_changelist")).content.decode()
    assert reverse("admin:orders_routingrevision_change", args=[draft.pk]) in page
    assert "Draft" in page


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"q": "leak"}, [("40", 8), ("40", 7)]),
        ({"q": "IP2 torque"}, [("30", 8), ("30", 7)]),
        ({"q": "no such"}, []),
        ({"q": "drive", "routing_revision__status__exact": "RELEASED"}, [("20", 7)]),
        ({"routing_revision__status__exact": "OBSOLETE"}, []),
    ],
)
def test_operations_are_found_by_words_and_status(engineer, draft, asked, found) -> None:
    assert listed(engineer, **asked) == found


def test_operations_are_found_by_their_class_of_station(engineer, plant, draft) -> None:
    wanted = plant.stations["30"].station_class_id
    assert listed(engineer, station_class__id__exact=wanted) == [("30", 8), ("30", 7)]


def test_the_list_is_offered_with_the_others(engineer) -> None:
    assert reverse("admin:orders_operation_changelist") in engineer.get(reverse("admin:index")).content.decode()


def test_steps_are_rows_that_say_what_they_ask_for_beside_the_neighbours(engineer, draft) -> None:
    operation = draft.operations.get(code="30")
    Operation.objects.filter(pk=operation.pk).update(max_attempts=2, is_optional=True)
    page = page_of(engineer, operation)
    words = without_tags(page)
    assert "2 TORQUE Torque number with limits · 1.1 to 1.3 N·m · 2 times" in words
    assert "1 SCREWS Screws scan of a component · M3X8" in words
    assert "Way through the routing: optional, at most 2 attempts" in words
    assert "Qualifications it asks for: Torque tools, level 2" in words
    assert 'aria-current="page"><b>30</b> Torque' in page
    for other in draft.operations.exclude(code="30"):
        assert reverse("admin:orders_operation_change", args=[other.pk]) in page
    assert page.count("<details") - page.count("<details open") == 3 + 6  # a new step's row is open


def test_what_is_wrong_stands_open(engineer, draft) -> None:
    operation = draft.operations.get(code="40")
    step = operation.steps.get()
    counts = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}
    answer = engineer.post(
        reverse("admin:orders_operation_change", args=[operation.pk]),
        {
            "code": "40",
            "name": "Leak test",
            "station_class": operation.station_class_id,
            "reason": "Study",
            "run_time_s": "200",
            "setup_time_s": "0",
            "max_attempts": "many",
            "hold_after_failures": "0",
            **{f"{part}-{k}": v for part in ("qualifications", "assets", "setpoints") for k, v in counts.items()},
            "steps-TOTAL_FORMS": "1",
            "steps-INITIAL_FORMS": "1",
            "steps-0-id": str(step.pk),
            "steps-0-operation": str(operation.pk),
            "steps-0-position": "1",
            "steps-0-code": "LEAK",
            "steps-0-kind": "NUMBER",
            "steps-0-name": "Leak",
            "steps-0-samples": "1",
            "steps-0-upper": "x",
        },
    )
    assert answer.status_code == 200
    page = answer.content.decode()
    assert 'value="many"' in page
    assert page.index("<details open") < page.index('name="steps-0-upper"')
    before = page[: page.index('name="max_attempts"')]
    assert before.count("<details") == before.count("</details>")
    step.refresh_from_db()
    assert str(step.upper) == "0.3000"


def test_released_operations_are_looked_at_only(engineer, plant) -> None:
    page = page_of(engineer, plant.routing.operations.get(code="30"))
    assert "2 TORQUE Torque number with limits · 1.1 to 1.3 N·m · 2 times" in without_tags(page)
    for field in ("_save", "reason", "code", "steps-0-code", "steps-0-DELETE", "qualifications-0-minimum_level"):
        assert f'name="{field}"' not in page, field
    assert "New step" not in page


def test_a_page_asks_as_often_for_ten_steps_as_for_two(engineer, draft) -> None:
    """But for what is chosen already in a field to find a component by, which Django asks for one by one."""
    operation = draft.operations.get(code="10")
    page_of(engineer, operation)
    asked = []
    for codes in ((), range(8)):
        for n in codes:
            Step.objects.create(operation=operation, kind="CHECK", position=10 + n, code=f"S{n}", name="Look")
        with CaptureQueriesContext(connection) as queries:
            page_of(engineer, operation)
        asked.append(len(queries))
    assert asked == [25, 25]
