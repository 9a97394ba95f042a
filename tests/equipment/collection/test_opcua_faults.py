"""OPC UA servers that fail, with a collector that watches them over real sockets: what changed is stored once."""

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from equipment.drivers.base import Quality
from equipment.drivers.opcua.certificates import KeyPair, make_certificate
from equipment.drivers.opcua.link import OpcUaLink
from equipment.drivers.simulator.opcua_server import APPLICATION_URI, Access, OpcUaServer
from equipment.models import EquipmentState, MachineEvent, Observation, SecurityProfile, StateCondition, StateTerm
from mes.kernel.door import open_door
from tests.equipment.collection.floor import Floor, lease, made, samples_of, until
from tests.equipment.collection.opc_press import (
    COUNT,
    FORCE,
    HEARD,
    PART,
    PRESS,
    SERIAL,
    SPEED,
    Press,
    compare,
    pem,
    profile_of,
)

OURS = "urn:plantwright:tests:collector"


@pytest.fixture(scope="module")
def simulator() -> Iterator[OpcUaServer]:
    with OpcUaServer(PRESS) as server:
        yield server


@pytest.fixture
def server(simulator: OpcUaServer) -> OpcUaServer:
    simulator.thaw()
    simulator.set_clock(0)
    simulator.restart(PRESS, access=Access())
    return simulator


@pytest.fixture
def press(server: OpcUaServer, committed_plant) -> Press:
    return Press(server, committed_plant.stations["20"])


@pytest.fixture
def watched(floor: Floor, press: Press) -> Press:
    floor.collector()
    until(lambda: samples_of(press.count) and samples_of(press.speed), "first values")
    return press


@pytest.fixture(scope="module")
def ours() -> KeyPair:
    return make_certificate(name="Collector", application_uri=OURS)


@pytest.fixture(scope="module")
def theirs() -> KeyPair:
    return make_certificate(name="Press", application_uri=APPLICATION_URI)


@pytest.fixture(scope="module")
def expired() -> KeyPair:
    return make_certificate(
        name="Press", application_uri=APPLICATION_URI, valid_from=datetime(2020, 1, 1, tzinfo=UTC), days=365
    )


def edges(press: Press) -> list[int]:
    """Why the speed was not known."""
    return [quality for *_, quality in samples_of(press.speed) if quality < 64]


def test_every_change_is_stored_once_and_a_burst_counts_what_it_should(watched):
    watched.shows(SPEED, *map(float, range(100, 190)))
    watched.shows(COUNT, *range(11, 61))
    until(lambda: made(watched.count) == 50, "fifty parts")
    until(lambda: len(watched.stored(watched.speed)) == 91, "ninety changes")
    assert watched.stored(watched.speed) == [1.5, *map(float, range(100, 190))]
    watched.ledger()


def test_a_server_that_begins_anew_with_its_namespace_shifted_is_found_again(watched):
    watched.shows(SPEED, 2.5)
    until(lambda: watched.stored(watched.speed) == [1.5, 2.5], "a change")
    watched.server.restart(shifts_namespace=True)
    watched.shows(SPEED, 9.5)
    watched.shows(COUNT, 13)
    until(lambda: made(watched.count) == 3, "three parts")
    until(lambda: watched.stored(watched.speed)[-1] == 9.5, "a change")
    assert edges(watched) == [Quality.BAD_NOT_CONNECTED]
    assert lease(watched.connection).epoch == 1
    watched.ledger()


@pytest.mark.parametrize("fault", ["silence", "freeze"])
def test_a_subscription_that_is_alive_but_silent_and_a_server_that_is_mute_are_left_and_begun_anew(watched, fault):
    getattr(watched.server, fault)()
    began = time.monotonic()
    until(lambda: lease(watched.connection).state == "LOST", "the loss is seen")
    assert "silent for 5 s" in lease(watched.connection).detail
    assert time.monotonic() - began < 15
    watched.server.thaw()
    watched.shows(COUNT, 12)
    until(lambda: made(watched.count) == 2, "two parts")
    assert edges(watched) == [Quality.BAD_NOT_CONNECTED]
    first, second = Observation.objects.order_by("began_at")
    assert first.seen_until < second.began_at - timedelta(seconds=3), "while it was silent nobody knew"
    watched.ledger()


def test_a_link_that_flaps_stores_each_change_once(watched):
    for number in range(1, 5):
        watched.server.unplug()
        until(lambda: lease(watched.connection).state == "LOST", "the loss is seen")
        watched.server.plug_in()
        watched.shows(SPEED, 100.0 + number)
        watched.shows(COUNT, 10 + number)
        until(lambda number=number: made(watched.count) == number, "a part")
        until(lambda number=number: watched.stored(watched.speed)[-1] == 100.0 + number, "a change")
    assert watched.stored(watched.speed) == [1.5, 101.0, 102.0, 103.0, 104.0]
    assert edges(watched) == [Quality.BAD_NOT_CONNECTED] * 4
    watched.ledger()


def test_a_machine_whose_clock_is_off_has_our_time_and_a_mark(watched):
    watched.server.set_clock(3_600)
    watched.shows(SPEED, 5.5)
    until(lambda: 5.5 in watched.stored(watched.speed), "a change")
    at, _, _, quality = samples_of(watched.speed)[-1]
    assert quality == Quality.GOOD_CLOCK_OFF
    assert abs(timezone.now() - at) < timedelta(seconds=30)
    watched.server.set_clock(-20)  # within the limit it is the machine's own
    watched.shows(SPEED, 6.5, 7.5)
    until(lambda: watched.stored(watched.speed)[-1] == 7.5, "a change")
    seen = Observation.objects.get().seen_until
    assert abs(timezone.now() - seen) < timedelta(seconds=10), "it was watched by our clock"
    watched.ledger()


def test_an_observation_begins_when_values_are_known_and_goes_on_while_nothing_changes(floor, press):
    began = timezone.now()
    floor.collector()
    until(lambda: Observation.objects.exists(), "an observation")
    known = samples_of(press.speed)
    assert known, "it begins with values"
    assert began < Observation.objects.get().began_at
    time.sleep(3)
    assert timezone.now() - Observation.objects.get().seen_until < timedelta(seconds=2.5)
    assert len(samples_of(press.speed)) == 1


def test_what_does_not_change_is_stored_again_after_the_longest_silence(floor, press):
    level = press.tag("level", FORCE, max_silence_s=1)
    floor.collector()
    until(lambda: len(samples_of(level)) >= 4, "it is repeated")
    times = [at for at, *_ in samples_of(level)]
    assert {value for _, value, *_ in samples_of(level)} == {2.5}
    assert all(timedelta(seconds=1) <= b - a < timedelta(seconds=4) for a, b in pairwise(times[1:]))


def test_what_does_not_change_is_stored_again_though_another_value_changes_all_the_time(floor, press):
    level = press.tag("level", FORCE, max_silence_s=1)
    floor.collector()
    until(lambda: samples_of(level), "a first value")
    for number in range(120):
        press.shows(SPEED, 100.0 + number)
        time.sleep(0.03)
    assert len(samples_of(level)) >= 3
    press.ledger()


def test_a_change_that_is_lost_and_one_that_is_doubled_are_found(watched):
    watched.shows(SPEED, 2.5, 3.5)
    until(lambda: watched.stored(watched.speed)[-1] == 3.5, "the changes")
    watched.ledger()
    told, began = watched.server.changes(SPEED.path), Observation.objects.get().began_at
    stored = [(at, value) for at, value, *_ in samples_of(watched.speed)]
    times = [(began, timezone.now() + timedelta(hours=1))]
    compare(watched.speed, told, stored, times)
    for wrong in (stored[:-1], [stored[0], stored[2]], [*stored, stored[-1]], [stored[0], stored[2], stored[1]]):
        with pytest.raises(AssertionError):
            compare(watched.speed, told, wrong, times)


def test_a_killed_collectors_server_is_taken_over_and_nothing_is_stored_twice(floor, press):
    first = floor.process()
    until(lambda: samples_of(press.speed) and samples_of(press.count), "first values")
    press.shows(COUNT, 12)
    until(lambda: made(press.count) == 2, "two parts")
    first.kill()
    press.shows(COUNT, 15)
    floor.collector()
    until(lambda: made(press.count) == 5, "three more")
    until(lambda: Observation.objects.count() == 2, "it is watched again")
    assert press.stored(press.speed) == [1.5], "what did not change is the same sample"
    press.ledger()


def test_a_handshake_is_whole_though_the_server_tells_only_what_changes(floor, press):
    part = press.hands_over()
    first = floor.process()
    until(lambda: samples_of(part), "it is watched")
    for number, serial in enumerate(["SN-1", "SN-2", "SN-2", "SN-3"], 1):  # the force stays, one serial as well
        press.shows(SERIAL, serial)
        press.shows(PART, number)
        until(lambda number=number: press.server.value(HEARD.path) == number, "the acknowledgement")
        if number == 2:
            first.kill()
            floor.collector()
    events = MachineEvent.objects.filter(tag=part).order_by("number")
    assert [event.content["serial"] for event in events] == ["SN-1", "SN-2", "SN-2", "SN-3"]
    assert {event.content["step:FORCE"] for event in events} == {2.5}
    press.ledger()


def test_a_server_that_restarts_with_the_same_number_has_its_next_part_stored(floor, press):
    part = press.hands_over()
    floor.collector()
    press.shows(SERIAL, "SN-1")
    press.shows(PART, 1)
    until(lambda: press.server.value(HEARD.path) == 1, "the acknowledgement")
    for serial, heard, events in (("SN-2", 0, 2), ("SN-2", 0, 2), ("SN-2", 1, 2), ("SN-3", 0, 3)):
        begins = {SERIAL.path: serial, PART.path: 1, HEARD.path: heard}
        press.server.restart([replace(one, value=begins.get(one.path, one.value)) for one in PRESS])
        until(lambda: lease(press.connection).state == "GOOD", "it is watched")
        until(lambda: press.server.value(HEARD.path) == 1, "the acknowledgement")
        until(lambda events=events: MachineEvent.objects.filter(tag=part).count() == events, f"{events} events")
    stored = MachineEvent.objects.filter(tag=part).order_by("number")
    assert [event.content["serial"] for event in stored] == ["SN-1", "SN-2", "SN-3"]


def test_a_number_that_is_raised_while_another_is_read_is_read_as_well(floor, press, monkeypatch):
    """The machine's answer is 0 and comes late: meanwhile it told the next number."""
    read, comes = OpcUaLink.read, threading.Event()

    async def read_late(link, points):
        samples = await read(link, points)
        await asyncio.to_thread(comes.wait)
        return samples

    monkeypatch.setattr(OpcUaLink, "read", read_late)
    comes.set()
    part = press.hands_over()
    floor.collector()
    press.shows(PART, 1)
    until(lambda: press.server.value(HEARD.path) == 1, "the acknowledgement")
    comes.clear()
    press.shows(PART, 0)
    until(lambda: press.stored(part)[-1] == 0, "it begins anew, and is asked")
    press.shows(PART, 2)
    until(lambda: press.stored(part)[-1] == 2, "it raises the next")
    comes.set()
    until(lambda: press.server.value(HEARD.path) == 2, "the acknowledgement")
    assert MachineEvent.objects.filter(tag=part).count() == 2
    press.ledger()


def test_half_an_event_is_waited_for(floor, press):
    part = press.hands_over()
    floor.collector()
    until(lambda: samples_of(part), "it is watched")
    press.server.set(FORCE.path, 0.0, status="BadSensorFailure")
    press.shows(PART, 1)
    time.sleep(1.5)
    assert not MachineEvent.objects.filter(tag=part).exists()
    assert press.server.value(HEARD.path) == 0
    press.shows(FORCE, 3.5)
    until(lambda: press.server.value(HEARD.path) == 1, "the acknowledgement")
    assert MachineEvent.objects.get(tag=part).content["step:FORCE"] == 3.5


def test_states_end_with_the_link(floor, press):
    site, station = press.station.site, press.station
    with open_door(person=None):
        condition = StateCondition.objects.create(
            site=site, station=station, connection=press.connection, rank=1, state="RUNNING"
        )
        StateTerm.objects.create(site=site, condition=condition, tag=press.speed, comparison="GT", value=0)
    time.sleep(1)  # the speed has been so for a while
    floor.collector()
    until(lambda: EquipmentState.objects.filter(ended_at=None).exists(), "it runs")
    assert EquipmentState.objects.get().began_at >= Observation.objects.get().began_at, "before that nobody watched"
    press.server.unplug()
    until(lambda: not EquipmentState.objects.filter(ended_at=None).exists(), "nobody knows")
    press.server.plug_in()
    until(lambda: EquipmentState.objects.filter(ended_at=None).exists(), "it runs")


def test_states_between_two_publishings_are_on_record_each_from_its_own_time(floor, press):
    site, station = press.station.site, press.station
    with open_door(person=None):
        for rank, (state, comparison) in enumerate([("RUNNING", "GT"), ("IDLE", "LE")], start=1):
            condition = StateCondition.objects.create(
                site=site, station=station, connection=press.connection, rank=rank, state=state
            )
            StateTerm.objects.create(site=site, condition=condition, tag=press.speed, comparison=comparison, value=5)
    floor.collector()
    until(lambda: EquipmentState.objects.filter(state="IDLE").exists(), "it is idle")
    changes = [(SPEED.path, 9.0), (SPEED.path, 1.0), (SPEED.path, 9.5)]
    press.server.set_all(changes)
    time.sleep(0.02)
    press.server.set(COUNT.path, 11)  # told in one message with them, or in the next
    until(lambda: EquipmentState.objects.count() == 4, "each state")
    began = list(EquipmentState.objects.order_by("began_at").values_list("began_at", "state"))[1:]
    told = [(at, "RUNNING" if value > 5 else "IDLE") for at, value, *_ in samples_of(press.speed)[1:]]
    assert [state for _, state in began] == [state for _, state in told]
    for (ours, _), (theirs, _) in zip(began, told, strict=True):
        assert theirs <= ours < theirs + timedelta(seconds=5), "by our clock it came as it was told"


def test_a_server_whose_certificate_has_expired_is_refused_until_it_has_another(
    floor, server, ours, theirs, expired, committed_plant
):
    server.restart(access=Access(expired.certificate, expired.private_key))
    profile = profile_of(committed_plant.stations["20"], ours, expired, theirs)
    press = Press(server, committed_plant.stations["20"], profile)
    floor.collector()
    until(lambda: lease(press.connection).state == "REFUSED", "it is refused")
    assert "expired" in lease(press.connection).detail
    assert not samples_of(press.speed)
    server.restart(access=Access(theirs.certificate, theirs.private_key, clients=(ours.certificate,)))
    press.shows(SPEED, 4.5)
    until(lambda: press.stored(press.speed) == [4.5], "it is watched")
    assert lease(press.connection).state == "GOOD"
    press.ledger()


def test_our_own_certificate_that_has_expired_is_said_and_a_new_one_is_taken_up(
    floor, server, ours, theirs, committed_plant
):
    server.restart(access=Access(theirs.certificate, theirs.private_key))
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    old = make_certificate(name="Collector", application_uri=OURS, valid_from=long_ago, days=365)
    profile = profile_of(committed_plant.stations["20"], old, theirs)
    press = Press(server, committed_plant.stations["20"], profile)
    floor.collector()
    until(lambda: lease(press.connection).state == "REFUSED", "it is refused")
    assert "expired" in lease(press.connection).detail
    with open_door(person=None):
        renewed = SecurityProfile.objects.get(pk=profile.pk)
        renewed.certificate, renewed.private_key = pem(ours.certificate), ours.private_key.decode()
        renewed.save()
    until(lambda: press.stored(press.speed) == [1.5], "it is watched")


def test_a_server_that_can_not_have_the_password_safely_is_refused_with_what_to_do(
    floor, server, ours, theirs, committed_plant
):
    server.restart(
        access=Access(theirs.certificate, theirs.private_key, users={"mes": "secret"}, user_tokens=("None",))
    )
    profile = profile_of(committed_plant.stations["20"], ours, theirs, mode="Sign", user_name="mes", password="secret")
    press = Press(server, committed_plant.stations["20"], profile)
    floor.collector()
    until(lambda: lease(press.connection).state == "REFUSED", "it is refused")
    said = lease(press.connection).detail
    assert said.startswith("The password would go over the network as it is")
    assert said.endswith("It takes them by None.")
    with open_door(person=None):
        profile.mode = "SignAndEncrypt"
        profile.save()
    until(lambda: press.stored(press.speed) == [1.5], "it is watched")


def test_a_user_with_a_password_over_an_encrypted_link_is_watched(floor, server, ours, theirs, committed_plant):
    users = {"mes": "secret"}
    server.restart(access=Access(theirs.certificate, theirs.private_key, clients=(ours.certificate,), users=users))
    profile = profile_of(committed_plant.stations["20"], ours, theirs, user_name="mes", password="secret")
    press = Press(server, committed_plant.stations["20"], profile)
    floor.collector()
    until(lambda: press.stored(press.speed) == [1.5], "it is watched")
    press.shows(COUNT, 14)
    until(lambda: made(press.count) == 4, "four parts")
