"""Putting units into containers, taking them out, and moving all of it, by the verbs."""

import pytest

from genealogy.actions import containers
from genealogy.actions.containers import ContainerThere, NotInContainer
from genealogy.models import Container, Unit
from genealogy.policies import InAnotherContainer
from mes.kernel.door import open_door
from mes.kernel.refusals import InvalidInput, NotPermitted
from tests.verbs.workshop import SCRAP
from wip.actions import order_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def tray(plant) -> Container:
    with open_door(person=None):
        return Container.objects.create(site=plant.site, code="TRAY-1", kind="Tray")


@pytest.fixture
def units(plant) -> list[Unit]:
    return list(plant.released(2).units.all())


def act(plant, verb, who="amina", **given):
    with plant.door(who) as passage:
        return verb(by=passage.person, at=passage.at, **given)


def test_units_go_in_and_out(plant, tray, units):
    act(plant, containers.load, container=tray, units=units)
    assert set(tray.units.all()) == set(units)
    act(plant, containers.unload, container=tray, units=units[:1])
    assert list(tray.units.all()) == units[1:]
    kinds = units[0].activities.order_by("activity__sequence").values_list("activity__kind", "activity__reason")
    assert list(kinds)[1:] == [("LOAD", "TRAY-1"), ("UNLOAD", "TRAY-1")]


def test_a_scrapped_piece_is_taken_out_of_the_container_that_it_lies_in(plant, tray, units):
    act(plant, containers.load, container=tray, units=units)
    plant.start(units[0], "10")
    plant.report(units[0], "10", completion=SCRAP)
    act(plant, containers.unload, container=tray, units=units[:1])
    assert list(tray.units.all()) == units[1:]
    last = units[0].activities.order_by("activity__sequence").last()
    assert (last.activity.kind, last.quantity) == ("UNLOAD", 1)


def test_a_unit_is_in_one_container(plant, tray, units):
    with open_door(person=None):
        other = Container.objects.create(site=plant.site, code="TRAY-2")
    act(plant, containers.load, container=tray, units=units)
    with pytest.raises(InAnotherContainer, match="is in TRAY-1 already"):
        act(plant, containers.load, container=other, units=units)
    with pytest.raises(NotInContainer):
        act(plant, containers.unload, container=other, units=units)


def test_what_is_used_up_cancelled_or_elsewhere_is_not_loaded_nor_into_what_is_out_of_use(plant, tray, units):
    with open_door(person=None):
        Unit.objects.filter(pk=units[0].pk).update(site=plant.elsewhere)
        Unit.objects.filter(pk=units[1].pk).update(quantity_scrapped=1, status="SCRAPPED")
    never_made = plant.unit()
    with plant.door("pavel") as passage:
        order_changes.cancel(order=never_made.work_order, reason="Not wanted", by=passage.person, at=passage.at)
    for unit in (*units, never_made):
        with pytest.raises(InvalidInput, match="can't be put into TRAY-1"):
            act(plant, containers.load, container=tray, units=[unit])
    with open_door(person=None):
        Container.objects.update(is_active=False)
    with pytest.raises(InvalidInput, match="out of use"):
        act(plant, containers.load, container=tray, units=units)


def test_a_container_is_moved_to_stations_of_its_site(plant, tray):
    here = plant.stations["10"]
    assert act(plant, containers.move, container=tray, station=here).station == here
    with pytest.raises(ContainerThere):
        act(plant, containers.move, container=tray, station=here)
    assert act(plant, containers.move, container=tray, station=None).station is None
    with open_door(person=None):
        here.is_active = False
        here.save()
    with pytest.raises(InvalidInput, match="can't be moved"):
        act(plant, containers.move, container=tray, station=here)


def test_each_is_named_once_by_somebody_who_may(plant, tray, units):
    with pytest.raises(InvalidInput, match="not the same one"):
        act(plant, containers.load, container=tray, units=[units[0], units[0]])
    with pytest.raises(NotPermitted):
        act(plant, containers.load, "ruth", container=tray, units=units)
