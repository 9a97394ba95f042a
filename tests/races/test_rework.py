"""Two decisions on one unit, and a decision while somebody starts on it."""

from functools import partial

from tests.motion import rods
from tests.races.runners import at_once, done, refused
from wip.models import OpenOperation, OperationExecution, Rework
from wip.policies import BlockedByGates, WorkedOnElsewhere
from wip.rework_policies import CantGoBack
from wip.tasks import note_late_units

ROUNDS = range(3)


def test_two_people_send_one_unit_back(committed_plant):
    line = rods(committed_plant)
    for _ in ROUNDS:
        unit = line.do(line.unit(), "10", "20", "25", "31")
        answers = at_once(*(partial(line.send_back, unit, "31", "31", who) for who in ("mei", "ines") * 2))
        assert len(done(answers)) == 1
        assert {type(answer) for answer in refused(answers)} == {CantGoBack}
        assert Rework.objects.filter(unit=unit).count() == 1
        assert line.comes_next(unit) == {"31": True, "32": True}


def test_a_unit_is_sent_back_while_somebody_starts_its_next_operation(committed_plant):
    line = rods(committed_plant)
    for _ in ROUNDS:
        unit = line.do(line.unit(), "10", "20", "25", "31")
        answers = at_once(partial(line.start, unit, "40"), partial(line.send_back, unit, "31", "31"))
        (lost,) = refused(answers)
        assert isinstance(lost, (BlockedByGates, WorkedOnElsewhere)), lost
        running = OperationExecution.objects.filter(unit=unit, status="RUNNING").count()
        assert running + Rework.objects.filter(unit=unit).count() == 1


def test_a_late_unit_is_noted_once_by_two_tasks(committed_plant, monkeypatch):
    plant, line = committed_plant, rods(committed_plant, holds_when_late=True)
    unit = line.do(line.unit(), "10", "20")
    moment = plant.at(4000)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    answers = at_once(note_late_units, note_late_units, note_late_units)
    assert sum(done(answers)) == 1, answers
    assert unit.exceptions.count() == unit.holds.count() == 1
    assert OpenOperation.objects.filter(unit=unit).count() == 1
