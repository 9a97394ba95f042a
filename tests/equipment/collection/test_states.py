"""States of a station from its tags: intervals that never overlap, and nothing where nobody knows."""

from itertools import pairwise

from equipment.models import EquipmentState, StateCondition, StateTerm
from mes.kernel.door import open_door
from tests.equipment.collection.floor import connection_to, put, tag_of, until


def test_states_follow_the_tags_and_end_where_nobody_knows(floor, committed_plant):
    machine, station = floor.machine(), committed_plant.stations["20"]
    connection = connection_to(machine, station)
    running = tag_of(connection, "running", "coil:1", station=station, value_type="BOOL", report="CHANGE")
    fault = tag_of(connection, "fault", "holding:7", station=station, report="CHANGE")
    with open_door(person=None):
        for rank, state, tag, comparison, value in (
            (1, "DOWN", fault, "NE", 0),
            (2, "RUNNING", running, "EQ", 1),
            (3, "IDLE", running, "EQ", 0),
        ):
            condition = StateCondition.objects.create(
                site=station.site, station=station, connection=connection, rank=rank, state=state
            )
            StateTerm.objects.create(
                site=condition.site, condition=condition, tag=tag, comparison=comparison, value=value
            )
    put(machine, running, 1)
    put(machine, fault, 0)

    def now() -> str:
        last = EquipmentState.objects.filter(station=station, ended_at=None).first()
        return last.state if last else "not known"

    first = floor.process()
    until(lambda: now() == "RUNNING", "it runs")
    put(machine, fault, 12)
    until(lambda: now() == "DOWN", "it is down")
    put(machine, running, 0)  # while it is down that tells nothing
    until(lambda: running.series.get().latest.value == 0, "it is read: coils and registers are two requests")
    put(machine, fault, 0)
    until(lambda: now() == "IDLE", "it rests")
    first.kill()
    floor.collector()
    until(lambda: EquipmentState.objects.filter(state="IDLE").count() == 2, "the next collector tells it anew")
    floor.do(machine.unplug())
    until(lambda: now() == "not known", "the link is lost")
    states = list(EquipmentState.objects.filter(station=station).order_by("began_at"))
    assert [one.state for one in states] == ["RUNNING", "DOWN", "IDLE", "IDLE"]
    for before, after in pairwise(states):
        assert before.ended_at <= after.began_at
    assert states[2].ended_at < states[3].began_at, "while nobody watched, nobody knows"
