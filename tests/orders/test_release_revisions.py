"""Releasing and retiring revisions."""

import pytest

from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.transitions import IllegalTransition
from orders.actions import revisions
from orders.models import Operation, OperationEdge, ProductRevision, RoutingRevision
from orders.policies import NotReleasable
from orders.queries import RoutingHasCycle

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(plant) -> RoutingRevision:
    with plant.door("hiroshi"):
        return RoutingRevision.objects.create(routing=plant.routing.routing, number=8)


def add(plant, draft, *codes, station="10"):
    with plant.door("hiroshi"):
        return [
            Operation.objects.create(
                routing_revision=draft, code=code, name=code, station_class=plant.stations[station].station_class
            )
            for code in codes
        ]


def release(plant, revision, who="mei"):
    verb = (
        revisions.release_product_revision
        if isinstance(revision, ProductRevision)
        else revisions.release_routing_revision
    )
    with plant.door(who) as passage:
        return verb(revision=revision, by=passage.person, at=passage.at)


def test_a_released_revision_says_who_and_when(plant, draft):
    add(plant, draft, "10")
    released = release(plant, draft)
    assert (released.status, released.released_by) == ("RELEASED", plant.people["mei"])
    assert released.released_at == plant.clock


def test_a_routing_without_operations_is_refused(plant, draft):
    with pytest.raises(NotReleasable) as refused:
        release(plant, draft)
    assert "no operation" in refused.value.errors[0].what


def test_a_circle_is_refused_and_named(plant, draft):
    first, second = add(plant, draft, "10", "20")
    with plant.door("hiroshi"):
        OperationEdge.objects.create(routing_revision=draft, before=first, after=second)
        OperationEdge.objects.create(routing_revision=draft, before=second, after=first)
    with pytest.raises(RoutingHasCycle, match="10"):
        release(plant, draft)


def test_an_operation_that_no_station_can_do_is_refused_by_name(plant, draft):
    add(plant, draft, "10")
    with plant.door("omar"):
        plant.stations["10"].is_active = False
        plant.stations["10"].save()
    with pytest.raises(NotReleasable) as refused:
        release(plant, draft)
    assert refused.value.errors[0].where == "operation 10"


@pytest.mark.parametrize("who", ["hiroshi", "ines", "amina", "omar"])
def test_only_quality_releases(plant, draft, who):
    add(plant, draft, "10")
    with pytest.raises(RoleMissing):
        release(plant, draft, who)


def test_a_revision_is_released_once_and_retired_once(plant):
    revision = ProductRevision.objects.get(pk=plant.pump.pk)
    with pytest.raises(IllegalTransition):
        release(plant, revision)
    for expected in ("OBSOLETE", None):
        with plant.door("mei") as passage:
            if expected is None:
                with pytest.raises(IllegalTransition):
                    revisions.retire_revision(revision=revision, by=passage.person, at=passage.at)
            else:
                retired = revisions.retire_revision(revision=revision, by=passage.person, at=passage.at)
                assert retired.status == expected
