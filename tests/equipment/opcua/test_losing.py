"""Links that end: each with a reason that a person can act on, and anew when the machine is there again."""

import asyncio
import time
from dataclasses import replace

import pytest
from cryptography.exceptions import InvalidSignature

from equipment.drivers.base import LEAVING_S, InvalidAddress, LinkLost, NotTrusted, Quality, ValueType
from equipment.drivers.opcua.driver import connect
from equipment.drivers.opcua.losses import of_status, told
from equipment.drivers.opcua.security import url_of
from equipment.drivers.opcua.subscriptions import Pace
from equipment.drivers.simulator.opcua_server import Variable
from tests.equipment.opcua.watching import COUNT, PRESS, SPEED, point, watched

POINTS = [point(variable) for variable in PRESS]
SHORT = Pace(silence_s=1.0)


def loss(endpoint, happens, pace: Pace | None = None) -> str:
    """Why a link that is watched ends when this happens."""

    async def scenario():
        async with watched(endpoint, POINTS, pace) as seen:
            happens()
            return str(await seen.lost())

    return asyncio.run(scenario())


def first_values(endpoint, points=POINTS) -> dict[int, tuple]:
    async def scenario():
        async with watched(endpoint, points) as seen:
            return {position: (value, quality) for position, _, value, quality in seen.samples}

    return asyncio.run(scenario())


def why_not_connected(endpoint) -> LinkLost:
    async def scenario():
        async with connect(endpoint):
            pass

    with pytest.raises(LinkLost) as lost:
        asyncio.run(scenario())
    return lost.value


def test_a_restart_with_a_shifted_namespace_ends_the_link_and_the_next_finds_the_same_nodes(machine, endpoint):
    def restart():
        machine.restart(shifts_namespace=True)
        machine.set(SPEED.path, 9.5)

    assert "closed the connection" in loss(endpoint, restart)
    assert first_values(endpoint) == {0: (9.5, Quality.GOOD), 1: (7, Quality.GOOD), 2: ("P-1", Quality.GOOD)}


def test_a_node_that_changed_its_type_with_a_restart_is_bad_alone(machine, endpoint):
    loss(endpoint, lambda: machine.restart([SPEED, Variable(COUNT.path, "seven", ValueType.TEXT)]))
    found = first_values(endpoint)
    assert found[0] == (1.5, Quality.GOOD)
    assert found[1] == found[2] == (None, Quality.BAD_CONFIGURATION)


def test_a_subscription_that_is_alive_but_silent_is_found(machine, endpoint):
    assert "silent for 1 s" in loss(endpoint, machine.silence, SHORT)


def test_a_machine_where_nothing_changes_is_not_silent(machine, endpoint):
    async def scenario():
        async with watched(endpoint, POINTS, Pace(silence_s=2.0)) as seen:
            await asyncio.sleep(3)
            machine.set(COUNT.path, 8)
            await seen.until(lambda: 8 in seen.values(1))
            return seen.values(1)

    assert asyncio.run(scenario())[-1] == 8


def test_a_peer_that_takes_everything_and_answers_nothing_is_found(machine, endpoint):
    assert "silent for 1 s" in loss(endpoint, machine.freeze, SHORT)


def test_a_connection_that_breaks_is_told_at_once(machine, endpoint):
    assert "closed the connection" in loss(endpoint, machine.drop)


def test_a_message_that_is_missing_ends_the_link(machine, endpoint):
    def happens():
        machine.lose_a_message()
        machine.set(SPEED.path, 2.5)

    assert "of the subscription is missing" in loss(endpoint, happens)


def test_a_machine_that_is_unplugged_is_lost_and_nobody_answers(machine, endpoint):
    loss(endpoint, machine.unplug)
    assert "Nobody answers" in str(why_not_connected(endpoint))
    machine.plug_in()
    assert first_values(replace(endpoint, address=machine.address))[0] == (1.5, Quality.GOOD)


def test_a_machine_that_takes_the_connection_and_is_mute_is_given_up(machine, endpoint):
    machine.freeze()
    assert "No answer within 0.4 s" in str(why_not_connected(replace(endpoint, timeout_s=0.1)))


def test_a_name_that_nobody_has_is_said(endpoint):
    assert "can't be reached" in str(why_not_connected(replace(endpoint, address="press.invalid:4840")))


def test_a_read_without_an_answer_ends_the_link(machine, endpoint):
    async def scenario():
        async with connect(endpoint) as link:
            machine.freeze()
            link.session.timeout_s = 0.2
            await link.read(POINTS)

    with pytest.raises(LinkLost, match="to a read"):
        asyncio.run(scenario())


def test_leaving_a_link_leaves_nothing_at_the_machine(machine, endpoint):
    first_values(endpoint)
    assert machine.sessions() == 0


def test_a_machine_that_is_mute_is_left_within_moments_however_patient_the_question_was(machine, endpoint):
    async def scenario():
        async with connect(replace(endpoint, timeout_s=30)) as link:
            machine.freeze()
            try:
                async with asyncio.timeout(0.2):
                    await link.read(POINTS)
            finally:
                left["from"] = time.monotonic()

    left: dict[str, float] = {}
    with pytest.raises(TimeoutError):
        asyncio.run(scenario())
    assert time.monotonic() - left["from"] < LEAVING_S + 3, "nobody waits for the answer to a farewell"


def test_an_address_is_a_host_and_a_port():
    assert url_of("press:4841") == "opc.tcp://press:4841"
    assert url_of("opc.tcp://press/path") == "opc.tcp://press:4840/path"
    assert url_of("opc.tcp://[::1]:4840") == "opc.tcp://[::1]:4840"
    for wrong in ("http://press", "press:x", "", "opc.tcp://user:secret@press"):
        with pytest.raises(InvalidAddress):
            url_of(wrong)


def test_a_signature_that_does_not_fit_is_no_proof():
    with pytest.raises(NotTrusted, match="somebody may stand between"), told("the opening of a session", 1):
        raise InvalidSignature


def test_what_can_not_be_read_is_a_lost_link():
    with pytest.raises(LinkLost, match="The answer to a read can't be read"), told("a read", 1):
        raise IndexError("out of range")


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        (0x80130000, NotTrusted, "list of trusted clients"),  # BadSecurityChecksFailed
        (0x801F0000, NotTrusted, "user name and password"),  # BadUserAccessDenied
        (0x80560000, LinkLost, "no session free"),  # BadTooManySessions
        (0x80020000, LinkLost, "BadInternalError"),
    ],
)
def test_a_bad_status_says_what_to_do(code, kind, reason):
    error = of_status(code)
    assert type(error) is kind
    assert reason in str(error)
