"""A container is loaded or moved while a lot in it is divided, and by two people at once."""

from decimal import Decimal
from functools import partial

from genealogy.actions import containers
from genealogy.actions.containers import ContainerThere
from genealogy.models import ActivityUnit, Unit
from genealogy.policies import InAnotherContainer
from tests.flow import check_balances
from tests.races.runners import at_once, done, refused
from tests.verbs.workshop import Workshop
from wip.actions import lots

ROUNDS = range(3)


def test_a_lot_is_divided_while_its_container_is_moved(committed_plant):
    shop = Workshop(committed_plant)
    for _ in ROUNDS:
        lot, tray = shop.shafts.do(shop.lot(), "10"), shop.container()
        shop.do(containers.load, container=tray, units=[lot])
        answers = at_once(
            shop.act(containers.move, "tomasz", container=tray, station=shop.plant.stations["20"]),
            shop.act(lots.split, unit=shop.plant.fresh(lot), quantity=Decimal(30), reason="Half"),
        )
        assert not refused(answers), answers
        tray.refresh_from_db()
        assert tray.station == shop.plant.stations["20"]
        assert list(tray.units.all()) == [lot]
        assert Unit.objects.get(split_from=lot).container_id is None
    check_balances()


def test_a_lot_is_divided_while_it_is_loaded(committed_plant):
    """What stands in its history as loaded is what was left of it by then."""
    shop = Workshop(committed_plant)
    for _ in ROUNDS:
        lot, tray = shop.shafts.do(shop.lot(), "10"), shop.container()
        answers = at_once(
            shop.act(containers.load, "tomasz", container=tray, units=[lot]),
            shop.act(lots.split, unit=shop.plant.fresh(lot), quantity=Decimal(30), reason="Half"),
        )
        assert not refused(answers), answers
        assert list(tray.units.all()) == [lot]
        moves = ActivityUnit.objects.filter(unit=lot, activity__kind__in=["SPLIT", "LOAD"])
        kinds = list(moves.order_by("activity__sequence").values_list("activity__kind", "quantity"))
        assert kinds in ([("LOAD", 100), ("SPLIT", 30)], [("SPLIT", 30), ("LOAD", 70)])
    check_balances()


def test_two_people_load_one_lot_or_move_one_container(committed_plant):
    shop = Workshop(committed_plant)
    for _ in ROUNDS:
        lot, trays = shop.shafts.do(shop.lot(), "10"), [shop.container(), shop.container()]
        answers = at_once(*(shop.act(containers.load, container=tray, units=[lot]) for tray in trays))
        assert len(done(answers)) == 1, answers
        assert {type(answer) for answer in refused(answers)} == {InAnotherContainer}
        move = partial(shop.do, containers.move, container=trays[0], station=shop.plant.stations["20"])
        assert {type(answer) for answer in refused(at_once(move, move))} == {ContainerThere}
