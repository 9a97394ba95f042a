"""Help: called, taken, done."""

import pytest

from equipment.actions import help_calls
from equipment.actions.help_calls import AlreadyCalled
from equipment.queries import find_calls, open_calls_at
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.kernel.transitions import IllegalTransition
from tests.equipment.assets import help_call

pytestmark = pytest.mark.django_db


def take(plant, made, who="ines"):
    with plant.door(who) as passage:
        return help_calls.take(call=made, by=passage.person, at=passage.at)


def finish(plant, made, who="ines", answer=""):
    with plant.door(who) as passage:
        return help_calls.finish(call=made, answer=answer, by=passage.person, at=passage.at)


def test_a_call_is_taken_and_done_and_each_says_by_whom(plant):
    made = take(plant, help_call(plant, note=" Screws are out "))
    assert open_calls_at(plant.stations["30"])["MATERIAL"].taken_by == plant.people["ines"]
    done = finish(plant, made, answer="Brought a box")
    assert (done.status, done.note, done.answer) == ("DONE", "Screws are out", "Brought a box")
    assert (done.called_by, done.taken_by, done.done_by) == tuple(plant.people[n] for n in ("amina", "ines", "ines"))
    assert done.called_at < done.taken_at < done.done_at
    assert open_calls_at(plant.stations["30"]) == {}


def test_the_same_help_is_called_once_until_it_is_done(plant):
    made = help_call(plant)
    with pytest.raises(AlreadyCalled, match="Material is called to ST-30"):
        help_call(plant, who="tomasz")
    help_call(plant, "QUALITY"), help_call(plant, station="40")
    finish(plant, made)
    help_call(plant)


def test_the_second_to_take_it_is_told_who_was_first(plant):
    made = take(plant, help_call(plant))
    with pytest.raises(IllegalTransition) as refused:
        take(plant, made, "mei")
    assert "Ines Carvalho has taken it" in refused.value.do


def test_who_called_takes_it_back_and_another_operator_may_not(plant):
    made = help_call(plant)
    with pytest.raises(RoleMissing):
        take(plant, made, "tomasz")
    with pytest.raises(RoleMissing):
        finish(plant, made, "tomasz")
    assert finish(plant, made, "amina").status == "DONE"
    with pytest.raises(IllegalTransition):
        finish(plant, made)


def test_who_may_not_call_and_what_is_no_kind_is_refused(plant):
    with pytest.raises(RoleMissing):
        help_call(plant, who="ruth")
    with pytest.raises(InvalidInput):
        help_call(plant, "COFFEE")


def test_open_calls_stand_longest_first_and_done_ones_latest_first(plant):
    first, second = help_call(plant), help_call(plant, "QUALITY")
    assert list(find_calls([plant.site.pk], is_open=True)) == [first, second]
    finish(plant, first), finish(plant, second)
    assert list(find_calls([plant.site.pk], is_open=False)) == [second, first]
    assert not find_calls([plant.elsewhere.pk], is_open=False)
