"""Importing on screen: nothing happens before the preview was confirmed, and the file is never lost."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from orders.models import WorkOrder
from tests.erp.test_import_orders import file

GOOD = ["W-1,IP2,C,10,,2026-12-01,3,NF", "W-2,IP2,C,5,,2026-12-02,,NF"]


@pytest.fixture
def pavel(plant) -> Client:
    client = Client()
    client.force_login(plant.people["pavel"])
    return client


def previewed(client: Client, content: bytes, name: str = "week 48.csv"):
    return client.post("/orders/import/", {"file": SimpleUploadedFile(name, content)})


def confirmed(client: Client, page, key: str = ""):
    return client.post("/orders/import/", {"carried": page.context["carried"], "idempotency_key": key or str(uuid4())})


def test_the_preview_changes_nothing_and_the_confirmation_does(plant, pavel) -> None:
    page = previewed(pavel, file(*GOOD))
    assert page.context["counts"] == {"create": 2, "change": 0, "unchanged": 0, "cancel": 0}
    assert "Import 2 orders" in page.content.decode()
    assert not WorkOrder.objects.exists()
    done = confirmed(pavel, page)
    assert done.context["done"]["references"]["create"] == ["W-1", "W-2"]
    assert "/orders/W-1/" in done.content.decode()
    assert WorkOrder.objects.count() == 2


def test_confirming_twice_answers_the_same_and_imports_once(plant, pavel) -> None:
    page, key = previewed(pavel, file(*GOOD)), str(uuid4())
    first, second = confirmed(pavel, page, key), confirmed(pavel, page, key)
    assert first.context["done"] == second.context["done"]
    assert WorkOrder.history.count() == 2


def test_the_same_file_again_has_nothing_to_do(plant, pavel) -> None:
    confirmed(pavel, previewed(pavel, file(*GOOD)))
    page = previewed(pavel, file(*GOOD)).content.decode()
    assert "Nothing to import: 2 orders are as before" in page
    assert "Import 2 orders" not in page


def test_a_change_is_shown_from_old_to_new(plant, pavel) -> None:
    confirmed(pavel, previewed(pavel, file(*GOOD)))
    page = previewed(pavel, file(GOOD[0].replace(",10,", ",12,"), GOOD[1])).content.decode()
    assert re.search(r"<del>10</del> → <ins>12</ins>", page)


def test_mistakes_are_listed_by_row_and_column_and_can_be_corrected_in_place(plant, pavel) -> None:
    page = previewed(pavel, file("W-1,IP2,C,<b>,,2026-12-01,3,NF", GOOD[1]))
    assert page.status_code == 422
    text = page.content.decode()
    assert "“&lt;b&gt;” is not a number" not in text
    assert "&lt;b&gt;" in text
    assert "week 48.csv" in text
    assert 'type="file"' in text
    assert confirmed(pavel, page).status_code == 422
    assert not WorkOrder.objects.exists()


def test_what_changed_between_preview_and_confirmation_is_judged_again(plant, pavel) -> None:
    page = previewed(pavel, file(*GOOD))
    plant.do(plant.released(1, reference="W-1").units.get(), "10", "20", "30", "40")
    again = confirmed(pavel, page)
    assert again.status_code == 422
    assert "The order is completed; it is over." in again.content.decode()
    assert not WorkOrder.objects.filter(erp_reference="W-2").exists()


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"a,b\n1,2\n", b"K\xf6rper", file()])
def test_what_is_no_table_is_refused_on_the_page(plant, pavel, content) -> None:
    page = previewed(pavel, content)
    assert page.status_code == 422
    assert 'type="file"' in page.content.decode()


def test_a_forged_or_missing_file_is_refused(plant, pavel) -> None:
    assert pavel.post("/orders/import/", {"carried": "x:y", "idempotency_key": str(uuid4())}).status_code == 422
    assert pavel.post("/orders/import/", {}).status_code == 422
    assert previewed(pavel, b"x" * (5 * 1024 * 1024 + 1)).status_code == 422


@pytest.mark.parametrize(("name", "status"), [("amina", 403), ("ines", 403), ("erp", 200)])
def test_only_who_may_import_sees_the_page(plant, name, status) -> None:
    client = Client()
    client.force_login(plant.people[name])
    assert client.get("/orders/import/").status_code == status
    assert previewed(client, file(*GOOD)).status_code == status
