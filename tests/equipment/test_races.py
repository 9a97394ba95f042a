"""Two people, one call, one tool: exactly one gets it, and the other is told."""

from functools import partial

from equipment.actions import help_calls, reasons
from equipment.actions.assets import AssetAlreadyThere
from equipment.models import HelpCall, ReasonTree
from mes.kernel.transitions import IllegalTransition
from tests.equipment.assets import asking_for_a_wrench, fresh, help_call, place, used, wrench
from tests.races.runners import at_once, done, refused

ROUNDS = range(3)


def take(plant, call, who):
    with plant.door(who) as passage:
        return help_calls.take(call=call, by=passage.person, at=passage.at)


def test_two_take_one_call(committed_plant):
    plant = committed_plant
    for kind in ("MATERIAL", "QUALITY", "MAINTENANCE"):
        call = help_call(plant, kind)
        answers = at_once(*(partial(take, plant, call, who) for who in ("ines", "mei", "hiroshi")))
        assert len(done(answers)) == 1
        assert {type(answer) for answer in refused(answers)} == {IllegalTransition}
        assert HelpCall.objects.get(pk=call.pk).taken_by == done(answers)[0].taken_by


def test_a_station_calls_the_same_help_twice_at_once(committed_plant):
    plant = committed_plant
    answers = at_once(*(partial(help_call, plant, who=who) for who in ("amina", "tomasz")))
    assert len(done(answers)) == 1
    assert HelpCall.objects.count() == 1


def test_two_place_one_asset(committed_plant):
    plant = committed_plant
    tool, station = wrench(plant), plant.stations["30"]
    for _ in ROUNDS:
        answers = at_once(*(partial(place, plant, tool, station, who) for who in ("amina", "tomasz")))
        assert len(done(answers)) == 1
        assert {type(answer) for answer in refused(answers)} == {AssetAlreadyThere}
        place(plant, fresh(tool), None)


def test_uses_at_once_add_up(committed_plant):
    plant, tool = committed_plant, wrench(committed_plant)
    assert not refused(at_once(*(partial(used, plant, tool, 5) for _ in range(4))))
    assert fresh(tool).cycles == 20


def test_a_tool_is_not_carried_away_between_the_verdict_and_the_record(committed_plant):
    plant = committed_plant
    tool, unit = asking_for_a_wrench(plant), plant.do(plant.unit(), "10", "20")
    started, moved = at_once(
        partial(plant.start, unit, "30"), partial(place, plant, tool, plant.stations["40"], "tomasz")
    )
    assert moved.station == plant.stations["40"]
    if isinstance(started, Exception):
        assert started.code == "ASSET_MISSING"
        assert not tool.uses.exists()
    else:
        assert tool.uses.get().execution == started.pk


def test_two_drafts_are_released_at_once_and_one_is_in_force(committed_plant):
    plant = committed_plant

    def drafted(number: int) -> ReasonTree:
        with plant.door("hiroshi"):
            tree = ReasonTree.objects.create(site=plant.site, kind="SCRAP", number=number)
            tree.reasons.create(code=f"R{number}", name="Reason")
            return tree

    def release(tree: ReasonTree) -> ReasonTree:
        with plant.door("mei") as passage:
            return reasons.release(tree=tree, by=passage.person, at=passage.at)

    answers = at_once(*(partial(release, drafted(number)) for number in (1, 2)))
    assert not refused(answers)
    assert sorted(ReasonTree.objects.values_list("status", flat=True)) == ["OBSOLETE", "RELEASED"]
