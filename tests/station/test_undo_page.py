"""The bar that takes back what was just done, and what it leads to."""

import re
from html import unescape
from uuid import uuid4

import pytest

from tests.station.pages import StationPage, accepted, is_refused, text
from wip.models import ExecutionEvent, OperationExecution
from wip.queries import execution_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(plant):
    page = StationPage(plant, "20")
    page.log_on()
    return page


def offered(answer) -> str:
    """Where the bar of an answer posts, below /station/."""
    (path,) = re.findall(r'<div id="undo"[^>]*hx-swap-oob.*?action="/station/([^"]+)"', answer.content.decode(), re.S)
    return unescape(path)


def test_a_start_is_offered_to_be_taken_back_and_leads_to_the_queue(plant, page):
    unit = plant.unit()
    answer = page.post("start/", unit=unit.serial, operation="20")
    assert "Undo F11" in text(answer)
    undone = page.post(offered(answer))
    assert undone["HX-Replace-Url"] == "/station/"
    assert accepted(undone) == f"{unit}: taken back, started"
    assert execution_at(unit, "20") is None


def keys(answer) -> list[str]:
    """The keys of the page, without its dialogs and what its script may say."""
    page = re.sub(r"<(dialog|template).*?</\1>", "", answer.content.decode(), flags=re.S)
    return re.findall(r'data-key="([^"]+)"', page)


def test_no_other_act_of_the_page_has_the_key_of_the_bar(plant, page):
    found = keys(page.post("start/", unit=plant.unit().serial, operation="20"))
    assert "F11" in found
    assert len(found) == len(set(found))


def test_a_completion_is_taken_back_to_the_job_with_its_values(plant, page):
    unit = plant.unit()
    work = page.start(unit)
    page.record(work, "DRIVE", "yes")
    answer = page.post(f"{work}complete/")
    assert f"{unit} completed Undo F11" in text(answer)
    undone = page.post(offered(answer))
    assert undone["HX-Replace-Url"] == f"/station/{work}"
    assert "All recorded" in text(undone)


def test_a_second_press_with_the_same_key_takes_nothing_more_back(plant, page):
    unit = plant.unit()
    work = page.start(unit)
    path, key = offered(page.record(work, "DRIVE", "yes")), str(uuid4())
    for _ in range(2):
        assert page.post(path, key=key).status_code == 200
    assert OperationExecution.objects.get(unit=unit).is_running
    assert not ExecutionEvent.objects.filter(kind="REVERSED").exists()


def test_a_bar_that_stands_there_from_before_does_not_take_back_what_came_after(plant, page):
    unit = plant.unit()
    started = page.post("start/", unit=unit.serial, operation="20")
    page.record(started["HX-Replace-Url"].removeprefix("/station/"), "DRIVE", "yes")
    assert is_refused(page.post(offered(started)))
    assert OperationExecution.objects.get(unit=unit).is_running


def test_what_is_signed_is_not_offered(plant):
    page = StationPage(plant, "40")
    page.log_on()
    unit = plant.do(plant.unit(), "10", "20", "30")
    work = page.start(unit)
    page.record(work, "LEAK", "0.12")
    shown = page.get(work).content.decode()
    digest = shown.split('name="digest" value="')[1].split('"')[0]
    answer = page.post(f"{work}complete/", pin="4711", meaning="PERFORMED", digest=digest)
    assert answer.status_code == 200, text(answer)
    assert 'id="undo"' not in answer.content.decode()


def test_without_script_the_page_that_follows_offers_it(plant, page):
    unit = plant.unit()
    page.post("start/", htmx=False, unit=unit.serial, operation="20")
    shown = page.get(f"work/{execution_at(unit, '20').pk}/").content.decode()
    (path,) = re.findall(r'<form class="toast" method="post" action="/station/([^"]+)"', shown)
    assert page.post(unescape(path), htmx=False).status_code == 302
    assert execution_at(unit, "20") is None
