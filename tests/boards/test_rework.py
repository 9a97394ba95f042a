"""Rework, skips and exceptions on the pages of the office."""

import pytest

from tests.motion import rods
from wip.models import Rework

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(plant):
    return rods(plant)


@pytest.fixture
def unit(line):
    unit = line.do(line.unit(), "10", "20")
    line.plant.at(300)
    line.skip(unit)
    return line.do(unit, "31")


def test_a_unit_is_sent_back_from_its_record_and_the_decision_cancelled(desk_of, plant, unit):
    mei = desk_of("mei")
    page = mei.get(f"/units/{unit}/")
    assert "Rod repair" in page.content.decode()
    answer = mei.post(f"/units/{unit}/rework/", found_in="40", return_to="31", reason="Bent")
    assert answer.status_code == 302
    rework = Rework.objects.get()
    assert (rework.return_to, rework.reason, rework.decided_by) == ("31", "Bent", plant.people["mei"])
    shown = mei.get(f"/units/{unit}/").content.decode()
    assert f"Set aside, {rework}" in shown
    assert "Bent" in shown
    mei.post(f"/reworks/{rework}/cancel/", reason="Looked again")
    rework.refresh_from_db()
    assert rework.status == "CANCELLED"


def test_the_record_shows_every_attempt_the_skip_and_what_comes_by_the_rework(line, unit, ines):
    line.send_back(unit, "40", "20", routing_revision=line.rework)
    line.do(unit, "R1")
    record = ines.get(f"/units/{unit}/").context["record"]
    states = {w.operation.code: (len(w.attempts), w.is_begun, w.state) for w in record.work}
    assert states == {
        "10": (1, True, "waiting"),
        "20": (1, False, "waiting"),
        "25": (1, False, "waiting"),
        "31": (1, False, "waiting"),
        "32": (0, False, "waiting"),
        "40": (0, False, "waiting"),
        "R1": (1, True, "waiting"),
        "R2": (0, False, "ready"),
    }
    assert [one.kind for one in record.exceptions] == ["Rework", "Operation skipped"]


def test_the_grid_shows_what_was_skipped_is_off_and_in_rework(line, unit, ines):
    def faces():
        (drawn,) = ines.get(f"/orders/{unit.work_order}/").context["grid"].lines
        return [(face.letter, face.word) if face.tone else face.state for face in drawn.faces], drawn.exception

    assert faces()[0] == ["done", "done", ("K", "skipped"), "done", "off", "ready"]
    line.send_back(unit, "40", "31", routing_revision=line.rework)
    assert faces() == (
        ["done", "done", ("K", "skipped"), ("R", "in rework"), ("R", "in rework"), "waiting"],
        "In rework: Rod repair",
    )


def test_the_order_lists_what_went_another_way(line, unit, ines):
    line.send_back(unit, "40", "31")
    listed = [(one.letter, one.text) for one in ines.get(f"/orders/{unit.work_order}/").context["exceptions"]]
    assert listed[0][0] == "R"
    assert listed[1] == ("K", "25 Deburr was skipped. No burr")


def test_the_traveler_says_what_is_optional_which_are_alternates_and_how_long_to_wait(unit, ines):
    paper = " ".join(ines.get(f"/orders/{unit.work_order}/traveler/").content.decode().split())
    for words in ("optional", "one of JOIN", "at most 2 times", "5:00 after 20 at the earliest", "1:00:00 after 20"):
        assert words in paper
