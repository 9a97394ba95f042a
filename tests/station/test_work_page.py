"""The work page: recording, correcting, signing, completing, scrapping, holding, taking over."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from genealogy.models import Unit
from genealogy.queries import as_built
from genealogy.status import UnitStatus
from mes.kernel.audit.models import Signature
from tests.plant import PIN
from tests.station.pages import StationPage, accepted, is_refused, text
from wip.models import Hold, OperationExecution, Reading

pytestmark = pytest.mark.django_db

PAGE_QUERIES, RECORD_QUERIES = 13, 23


@pytest.fixture
def page(plant):
    page = StationPage(plant)
    page.log_on()
    return page


@pytest.fixture
def unit(plant):
    return plant.do(plant.unit(), "10", "20")


@pytest.fixture
def work(page, unit):
    """The path of the running job's work page."""
    return page.start(unit)


def digest_on(response) -> str:
    return response.content.decode().split('name="digest" value="')[1].split('"')[0]


def fill(page, work, plant):
    """Record everything of operation 30."""
    for given in plant.entries("30"):
        answer = page.record(work, given.step_code, str(given.value), given.sample)
        assert answer.status_code == 200, answer.content.decode()
    return answer


def test_the_page_shows_the_job_and_asks_for_the_first_step(page, work, unit):
    shown = text(page.get(work))
    assert f"{unit.work_order} · 1 of 1" in shown
    assert "IP2 Infusion pump, rev C 30 Torque" in shown
    assert "Scan Screw M3 × 8." in shown
    assert "4 entries left" in shown


def test_each_record_is_confirmed_and_leads_to_the_next_step(page, work, plant):
    answer = page.scan(plant.a_lot(6), execution=work.split("/")[1], step="SCREWS", sample=1)
    assert accepted(answer).startswith("LOT-")
    assert "Torque 1 of 2: enter the value in N·m." in text(answer)
    answer = page.record(work, "TORQUE", "1,21", 1)
    assert accepted(answer) == "1,21 recorded"
    assert "Torque 2 of 2" in text(answer)
    answer = page.record(work, "TORQUE", "1.19", 2)
    assert "Seated: look, then confirm." in text(answer)
    answer = page.record(work, "SEATED", "yes")
    assert "All steps recorded. Complete with F8." in text(answer)


def test_completing_shows_the_queue_and_the_component_is_built_in(page, work, plant, unit):
    fill(page, work, plant)
    answer = page.post(f"{work}complete/")
    assert accepted(answer) == f"{unit.serial} completed"
    assert answer["HX-Replace-Url"] == "/station/"
    assert [link.unit.product.code for link in as_built(unit)] == ["PCB-7", "M3X8"]


def test_completing_too_early_says_what_is_left(page, work):
    answer = page.post(f"{work}complete/")
    assert is_refused(answer)
    assert "4 entries left: Screws, Torque, Seated." in text(answer)


def test_a_value_that_is_no_number_is_refused_where_it_stands(page, work):
    answer = page.record(work, "TORQUE", "1.2.3", 1)
    assert is_refused(answer, 422)
    assert "is not a number" in text(answer)
    assert not Reading.objects.filter(step_code="TORQUE").exists()


@pytest.mark.parametrize("value", ["", "   ", "NaN", "Infinity", "1e3", "--1", "١", "9" * 400, "1.23456"])
def test_strange_numbers_are_refused(page, work, value):
    assert is_refused(page.record(work, "TORQUE", value, 1), 422)


def test_a_value_out_of_limits_is_recorded_in_alarm_and_offers_two_ways_out(page, work, plant):
    answer = page.record(work, "TORQUE", "1.42", 1)
    assert "refused" in answer["HX-Trigger"]
    assert answer["HX-Replace-Url"].endswith("?step=TORQUE&sample=1")
    shown = text(answer)
    assert "Out of limits." in shown
    assert "Correct, with the reason" in shown
    assert "Scrap the unit" in shown
    assert Reading.objects.get(step_code="TORQUE").number == Decimal("1.42")


def test_it_stops_the_end_until_it_is_corrected_with_a_reason(page, work, plant):
    page.record(work, "TORQUE", "1.42", 1)
    for given in plant.entries("30"):
        if (given.step_code, given.sample) != ("TORQUE", 1):
            page.record(work, given.step_code, str(given.value), given.sample)
    assert "a value is out of limits" in text(page.get(work))
    assert is_refused(page.post(f"{work}complete/"))
    assert is_refused(page.record(work, "TORQUE", "1.22", 1, is_correction="yes"), 422)
    answer = page.record(work, "TORQUE", "1.22", 1, is_correction="yes", reason="Wrench slipped")
    assert "was 1.42" in text(answer)
    assert page.post(f"{work}complete/").status_code == 200


def test_a_second_value_without_a_correction_is_refused(page, work):
    page.record(work, "TORQUE", "1.21", 1)
    answer = page.record(work, "TORQUE", "1.25", 1)
    assert is_refused(answer)
    assert "recorded already" in text(answer)


def test_the_same_press_twice_records_once(page, work):
    key = "0198c0de-0000-7000-8000-000000000004"
    first, second = (page.record(work, "TORQUE", "1.21", 1, key=key) for _ in range(2))
    assert accepted(first) == accepted(second)
    assert Reading.objects.filter(step_code="TORQUE").count() == 1


def test_a_key_used_for_another_value_is_refused(page, work):
    key = "0198c0de-0000-7000-8000-000000000005"
    page.record(work, "TORQUE", "1.21", 1, key=key)
    assert is_refused(page.record(work, "TORQUE", "1.22", 2, key=key), 422)


def test_the_same_press_of_complete_twice_completes_once(page, work, plant, unit):
    fill(page, work, plant)
    key = "0198c0de-0000-7000-8000-000000000006"
    first, second = (page.post(f"{work}complete/", key=key) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    again = page.post(f"{work}complete/")
    assert is_refused(again)


def test_nothing_is_recorded_on_a_completed_job_and_its_page_leads_to_the_queue(page, work, plant):
    fill(page, work, plant)
    page.post(f"{work}complete/")
    assert page.get(work)["Location"] == "/station/"
    assert is_refused(page.record(work, "TORQUE", "1.22", 1, is_correction="yes", reason="Too late"))


def test_scrap_needs_a_reason_and_ends_the_unit(page, work, unit):
    assert is_refused(page.post(f"{work}complete/", good="0", scrap="1"), 422)
    key = "0198c0de-0000-7000-8000-00000000000d"
    for _ in range(2):
        answer = page.post(f"{work}complete/", key=key, good="0", scrap="1", scrap_reason="Thread torn out")
        assert accepted(answer) == f"{unit.serial} scrapped"
    assert Unit.objects.get(pk=unit.pk).status == UnitStatus.SCRAPPED


@pytest.mark.parametrize(("good", "scrap"), [("1", "1"), ("0", "0"), ("-1", "2"), ("abc", "0"), ("0.5", "0")])
def test_quantities_that_do_not_add_up_are_refused(page, work, plant, good, scrap):
    fill(page, work, plant)
    assert is_refused(page.post(f"{work}complete/", good=good, scrap=scrap, scrap_reason="x"), 422)


def test_a_hold_from_the_page_stops_everything_and_says_so(page, work, unit):
    answer = page.post(f"{work}hold/", reason_code="QUALITY", reason="Scratch")
    number = Hold.objects.get().number
    assert accepted(answer) == f"{number} placed on {unit.serial}"
    assert "Stop: on hold." in text(answer)
    assert is_refused(page.record(work, "TORQUE", "1.21", 1))


def test_a_hold_needs_a_known_kind_and_a_reason(page, work):
    assert is_refused(page.post(f"{work}hold/", reason_code="WHIM", reason="x"), 422)
    assert is_refused(page.post(f"{work}hold/", reason_code="QUALITY", reason=" "), 422)


def test_the_same_press_twice_places_one_hold(page, work):
    key = "0198c0de-0000-7000-8000-000000000007"
    first, second = (page.post(f"{work}hold/", key=key, reason_code="OTHER", reason="x") for _ in range(2))
    assert accepted(first) == accepted(second)
    assert Hold.objects.count() == 1


def test_a_job_of_another_person_is_taken_over_before_anything_is_recorded(page, work, plant):
    page.log_on("tomasz")
    assert "Amina Yusuf has this job." in text(page.get(work))
    refused = page.record(work, "TORQUE", "1.21", 1)
    assert is_refused(refused)
    assert "Join it or take it over first" in text(refused)
    answer = page.post(f"{work}take-over/")
    assert accepted(answer).endswith("is yours now")
    assert page.record(work, "TORQUE", "1.21", 1).status_code == 200
    assert is_refused(page.post(f"{work}take-over/"))


def test_a_job_of_another_station_is_not_worked_on_here(page, plant):
    unit = plant.unit()
    execution = plant.start(unit, "10")
    for answer in (page.get(f"work/{execution.pk}/", htmx=True), page.post(f"work/{execution.pk}/complete/")):
        assert is_refused(answer)
        assert "is at ST-10 Board" in text(answer)


def test_an_unknown_job_is_not_found(page):
    assert is_refused(page.get("work/0198c0de-0000-7000-8000-00000000000f/", htmx=True), 404)


def test_a_step_is_chosen_by_its_name_and_nonsense_shows_the_next(page, work):
    assert "Seated: look, then confirm." in text(page.get(f"{work}?step=SEATED"))
    assert "Torque 2 of 2" in text(page.get(f"{work}?step=TORQUE&sample=2"))
    assert "Scan Screw" in text(page.get(f"{work}?step=NOTHING&sample=3"))
    assert page.get(f"{work}?sample=x").status_code == 422


def test_the_dialogs_open_without_script(page, work):
    assert '<dialog class="dialog" id="hold" aria-labelledby="hold-title" open>' in (
        page.get(f"{work}?open=hold").content.decode()
    )


class TestSigning:
    @pytest.fixture
    def leak(self, plant, unit):
        """At the leak test, whose end is signed, with its value recorded: (page, path of the work page)."""
        plant.do(unit, "30")
        page = StationPage(plant, "40")
        page.log_on()
        work = page.start(unit)
        page.record(work, "LEAK", "0.12")
        return page, work

    def test_the_dialog_shows_what_is_signed_with_its_digest(self, leak):
        page, work = leak
        answer = page.get(work)
        assert "Sign to complete." in text(answer)
        assert f"Digest {digest_on(answer)[:4]}" in text(answer)

    def test_signed_with_the_pin_the_unit_is_finished(self, leak, plant, unit):
        page, work = leak
        dialog = page.get(work)
        digest = digest_on(dialog)
        answer = page.post(f"{work}complete/", meaning="PERFORMED", digest=digest, pin=PIN)
        assert answer.status_code == 200
        signature = Signature.objects.get(meaning="PERFORMED")
        assert (signature.signed_by, signature.shown_digest) == (plant.people["amina"], digest)
        assert f"Digest {signature.digest_groups} ·" in text(dialog)
        assert Unit.objects.get(pk=unit.pk).status == UnitStatus.FINISHED

    def test_without_a_signature_it_is_refused(self, leak):
        page, work = leak
        assert is_refused(page.post(f"{work}complete/"), 422)

    def test_with_a_wrong_pin_it_is_refused_and_still_runs(self, leak):
        page, work = leak
        digest = digest_on(page.get(work))
        assert is_refused(page.post(f"{work}complete/", meaning="PERFORMED", digest=digest, pin="0000"), 403)
        assert OperationExecution.objects.get(operation_code="40").is_running

    def test_what_changed_after_it_was_shown_voids_the_signature(self, leak):
        page, work = leak
        digest = digest_on(page.get(work))
        page.record(work, "LEAK", "0.13", is_correction="yes", reason="Read again")
        answer = page.post(f"{work}complete/", meaning="PERFORMED", digest=digest, pin=PIN)
        assert is_refused(answer)
        assert "What you signed is not what is recorded now." in text(answer)

    def test_a_signature_of_nothing_is_refused(self, leak):
        page, work = leak
        assert is_refused(page.post(f"{work}complete/", meaning="PERFORMED", pin=PIN), 422)

    def test_scrap_is_signed_as_well(self, leak, unit):
        page, work = leak
        more = {"good": "0", "scrap": "1", "scrap_reason": "Leaks"}
        assert is_refused(page.post(f"{work}complete/", **more), 422)
        digest = digest_on(page.get(work))
        answer = page.post(f"{work}complete/", meaning="PERFORMED", digest=digest, pin=PIN, **more)
        assert accepted(answer) == f"{unit.serial} scrapped"


def test_the_page_and_a_record_take_a_known_number_of_queries(page, work):
    page.get(work)
    with CaptureQueriesContext(connection) as shown:
        page.get(work)
    with CaptureQueriesContext(connection) as recorded:
        page.record(work, "TORQUE", "1.21", 1)
    assert (len(shown), len(recorded)) == (PAGE_QUERIES, RECORD_QUERIES)
