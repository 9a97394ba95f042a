"""People's time at the station: pause and resume, join and leave, notes for the next, one's shift, logging off."""

import pytest

from tests.station.pages import StationPage, accepted, is_refused, text
from wip.models import HandoverNote, LaborSpan, OperationExecution

pytestmark = pytest.mark.django_db


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


def ends(unit) -> list[str]:
    return list(
        LaborSpan.objects.filter(execution__unit=unit, execution__operation_code="30").values_list("end", flat=True)
    )


def test_a_paused_job_says_so_and_asks_for_nothing_but_to_resume(page, work, unit):
    assert accepted(page.post(f"{work}pause/", reason="Break")) == f"{unit} paused"
    shown = page.get(work)
    assert "Paused by Amina Yusuf since" in text(shown)
    assert "Resume F8" in text(shown)
    assert 'name="value"' not in shown.content.decode()
    assert "Paused by Amina Yusuf since" in text(page.get())
    page.post(f"{work}resume/")
    assert "Scan Screw M3 × 8." in text(page.get(work))
    assert ends(unit) == ["PAUSED", ""]


def test_a_second_person_joins_records_and_leaves(page, work, unit):
    page.log_on("tomasz")
    assert "Join 2" in text(page.get(work))
    assert accepted(page.post(f"{work}join/")) == f"You are on {unit}, too"
    assert "With Amina Yusuf" in text(page.get(work))
    assert accepted(page.post(f"{work}leave/")) == f"You are on {unit} no more"
    assert ends(unit) == ["", "LEFT"]


def test_a_note_is_shown_to_who_goes_on_until_it_is_read(page, work, unit):
    assert accepted(page.post(f"{work}hand-over/", text="Screw 4 binds")) == f"{unit} handed over"
    assert "Handed over by Amina Yusuf" in text(page.get())
    page.log_on("tomasz")
    page.post(f"{work}take-over/")
    assert "Screw 4 binds" in text(page.get(work))
    assert accepted(page.post(f"notes/{HandoverNote.objects.get().pk}/take/")) == "Note taken"
    assert "Screw 4 binds" not in text(page.get(work))


def test_a_note_at_the_station_stands_on_its_queue_until_it_is_read(page):
    page.post("notes/", text="Bit worn, new one in drawer 2")
    assert "Note from Amina Yusuf: Bit worn" in text(page.get())
    assert "Bit worn" in text(page.get("shift/"))
    page.post(f"notes/{HandoverNote.objects.get().pk}/take/")
    assert "Bit worn" not in text(page.get())


def test_a_note_of_another_station_is_not_found(plant, page, work):
    page.post(f"{work}hand-over/", text="Screw 4 binds")
    other = StationPage(plant, "10")
    other.log_on()
    assert is_refused(other.post(f"notes/{HandoverNote.objects.get().pk}/take/"), 404)


def test_my_shift_shows_what_i_was_on(page, work, unit):
    shown = text(page.get("shift/"))
    assert f"{unit} 30 ST-30" in shown
    assert "runs" in shown


def test_who_forgot_to_stop_says_so_and_their_time_stops(page, work, unit):
    span = LaborSpan.objects.get(execution__operation_code="30")
    stopped = page.station.site.local(span.began_at)
    answer = page.post(f"shift/{span.pk}/claim/", stopped=f"{stopped:%H:%M}", reason="Called away")
    assert accepted(answer) == "Noted: a supervisor confirms it"
    span.refresh_from_db()
    assert (span.end, span.note, span.claimed_at) == ("FORGOTTEN", "Called away", span.began_at)


def test_logging_off_with_time_that_runs_asks_first_and_pauses(page, work, unit):
    assert "your time runs here" in text(page.post("log-off/"))
    assert accepted(page.post("log-off/", jobs="pause")) == "Amina Yusuf is logged off"
    assert ends(unit) == ["PAUSED"]


def test_it_may_be_left_running(page, work, unit):
    page.post("log-off/", jobs="leave")
    assert ends(unit) == [""]
    assert OperationExecution.objects.filter(status="RUNNING").exists()


@pytest.mark.parametrize("verb", ["pause", "resume", "join", "leave", "take-over"])
def test_what_is_done_by_now_is_refused(plant, page, work, unit, verb):
    plant.report(unit, "30", *plant.entries("30"), complete=True)
    assert is_refused(page.post(f"{work}{verb}/"))
