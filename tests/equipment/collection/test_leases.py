"""Leases while somebody edits what is configured, and where it can't be read: nobody else's values wait for that."""

import time
from contextlib import suppress

import pytest

from equipment.actions.tag_tables import COLUMNS, take_table
from equipment.collection import leases
from equipment.models import Connection, Observation, SecurityProfile
from mes.kernel import csv_import
from mes.kernel.door import open_door
from mes.kernel.sealing import Secret
from tests.equipment.collection.floor import (
    COUNTER,
    QUICK,
    connection_to,
    lease,
    ledger,
    made,
    put,
    samples_of,
    tag_of,
    until,
)


class TakenBack(Exception):
    """As a rehearsal ends."""


@pytest.mark.parametrize("is_taken_back", [True, False], ids=["and takes back", "and commits"])
def test_while_somebody_edits_a_connection_all_are_stored_and_none_is_lost(
    floor, connection, speed, good, machine, committed_plant, is_taken_back
):
    other = connection_to(machine, committed_plant.stations["30"], code="PLC-2")
    level = tag_of(other, "level", "holding:10", station=committed_plant.stations["30"])
    parts = tag_of(other, "parts", "holding:11", station=committed_plant.stations["30"], **COUNTER)
    floor.collector(name="one")
    until(lambda: all(samples_of(tag) for tag in (speed, good, level, parts)), "samples of each")
    floor.collector(name="two")  # takes over what is not renewed
    table = b"code,address,value_type,name\nspeed,holding:10,UINT16,Speed\ngood,holding:11,UINT16,Good parts\n"
    with suppress(TakenBack), committed_plant.door("hiroshi") as passage:
        take_table(connection=connection, table=csv_import.read(table, COLUMNS), by=passage.person, at=passage.at)
        put(machine, good, 5)
        before = len(samples_of(speed)), len(samples_of(level))
        until(lambda: (made(good), made(parts)) == (5, 5), "events of tags that are being edited, and of others")
        time.sleep(3 * QUICK.lease_s)
        after = len(samples_of(speed)), len(samples_of(level))
        assert lease(connection).connects == 1, "nothing is followed before it is committed"
        if is_taken_back:
            raise TakenBack
    assert all(more - less > 10 for less, more in zip(before, after, strict=True)), (before, after)
    if not is_taken_back:
        until(lambda: Observation.objects.filter(connection=connection).count() == 2, "it is followed")
        assert lease(connection).connects == 2
    assert [lease(one).owner for one in (connection, other)] == ["one", "one"]
    assert [lease(one).epoch for one in (connection, other)] == [1, 1]
    assert lease(other).connects == 1, "the other connection was left alone"
    assert ledger(connection)["speed"].observations == (1 if is_taken_back else 2)
    assert Observation.objects.filter(connection=other).count() == 1


def test_what_can_not_be_watched_as_it_is_configured_is_tried_again_when_that_changed_or_after_a_while(
    floor, connection, speed, committed_plant, monkeypatch
):
    with open_door(person=None):
        profile = SecurityProfile.objects.create(
            site=connection.site, code="cell", name="Cell", policy="None", mode="None"
        )
        SecurityProfile.objects.filter(pk=profile.pk).update(password=Secret("sealed under a key that is gone"))
        locked = Connection.objects.create(
            site=connection.site, code="OPC-1", name="Cell", kind="OPCUA", address="127.0.0.1:1", security=profile
        )
    floor.collector()
    until(lambda: lease(locked).state == "REFUSED", "it is refused")
    time.sleep(3 * QUICK.lease_s)
    assert lease(locked).epoch == 1, "nothing changed"
    with open_door(person=None):
        locked.name = "Cell 1"
        locked.save()
    until(lambda: lease(locked).epoch == 2, "it is tried as it is now")
    time.sleep(2 * QUICK.lease_s)
    assert lease(locked).epoch == 2
    monkeypatch.setattr(leases, "TRIED_AGAIN_S", 0.0)
    until(lambda: lease(locked).epoch > 2, "a while later")
    assert lease(connection).epoch == 1
