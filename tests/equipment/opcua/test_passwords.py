"""A password leaves us encrypted for a server that is trusted here, or not at all, whatever is offered on the way."""

import asyncio
from dataclasses import replace

import pytest

from equipment.drivers.base import NotTrusted, Security
from equipment.drivers.opcua.certificates import make_certificate
from equipment.drivers.opcua.driver import connect
from equipment.drivers.simulator.opcua_server import APPLICATION_URI
from equipment.models import ConnectionLease
from tests.equipment.opcua.between import Between
from tests.equipment.opcua.test_trusting import access, secured
from tests.equipment.opcua.watching import COUNT, point

PASSWORD = "a secret of the press"
NAME = "reader of the press"  # found in what is heard where a password is sent at all
USER = {"user_name": NAME, "password": PASSWORD}
USERS = {NAME: PASSWORD}
PLAIN = "The password would go over the network as it is"
GOOD = "Basic256Sha256"
LONGEST = ConnectionLease._meta.get_field("detail").max_length  # of what the connection's page shows


@pytest.fixture(scope="session")
def stranger():
    return make_certificate(name="Press", application_uri=APPLICATION_URI)


def logged_on(endpoint, machine, *before) -> tuple[str, bytes]:
    """What came of it, "" being well, and what anybody on the network has heard."""

    async def scenario():
        async with Between(machine.address, before) as between:
            try:
                async with connect(replace(endpoint, address=between.address)) as link:
                    assert await link.read([point(COUNT)])
                return "", bytes(between.heard)
            except NotTrusted as refused:
                return str(refused), bytes(between.heard)

    said, heard = asyncio.run(scenario())
    assert PASSWORD.encode() not in heard
    return said, heard


def opened(endpoint, *trusted, **user):
    """Without security, these being trusted."""
    return replace(endpoint, security=Security(trusted=tuple(pair.certificate for pair in trusted), **user))


@pytest.mark.parametrize("offered", [(GOOD,), ("None", GOOD), ("Basic128Rsa15", "Aes256_Sha256_RsaPss"), ("",)])
def test_over_a_channel_that_is_only_signed_it_is_encrypted(machine, endpoint, ours, theirs, offered):
    machine.restart(access=access(theirs, users=USERS, user_tokens=offered))
    assert logged_on(secured(endpoint, ours, theirs, mode="Sign", **USER), machine)[0] == ""


@pytest.mark.parametrize("offered", [("None",), ("Basic128Rsa15",), ("None", "Basic128Rsa15")])
def test_over_a_channel_that_is_only_signed_it_does_not_go_as_it_is(machine, endpoint, ours, theirs, offered):
    machine.restart(access=access(theirs, users=USERS, user_tokens=offered))
    said, heard = logged_on(secured(endpoint, ours, theirs, mode="Sign", **USER), machine)
    assert PLAIN in said
    assert f"It takes them by {', '.join(offered)}." in said
    assert len(said) <= LONGEST
    assert NAME.encode() not in heard


@pytest.mark.parametrize("offered", [(GOOD,), ("None",), ("Basic128Rsa15",), ("",)])
def test_over_an_encrypted_channel_it_goes_as_the_server_wants_it(machine, endpoint, ours, theirs, offered):
    machine.restart(access=access(theirs, users=USERS, user_tokens=offered))
    said, heard = logged_on(secured(endpoint, ours, theirs, **USER), machine)
    assert said == ""
    assert NAME.encode() not in heard


@pytest.mark.parametrize("offered", [(GOOD,), ("None", GOOD)])
def test_without_security_it_is_encrypted_for_the_certificate_that_is_trusted(machine, endpoint, theirs, offered):
    machine.restart(access=access(theirs, users=USERS, user_tokens=offered))
    assert logged_on(opened(endpoint, theirs, **USER), machine)[0] == ""


@pytest.mark.parametrize("offered", [("None",), ("",), ("Basic128Rsa15",)])
def test_without_security_it_does_not_go_as_it_is(machine, endpoint, theirs, offered):
    machine.restart(access=access(theirs, users=USERS, user_tokens=offered))
    said, heard = logged_on(opened(endpoint, theirs, **USER), machine)
    assert PLAIN in said
    assert NAME.encode() not in heard


def test_without_security_nobody_gets_it_whose_certificate_is_not_trusted(machine, endpoint, theirs, stranger):
    machine.restart(access=access(stranger, users=USERS))
    for trusted in ((), (theirs,)):
        said, heard = logged_on(opened(endpoint, *trusted, **USER), machine)
        assert "none that is trusted here" in said
        assert NAME.encode() not in heard


def test_who_takes_over_after_the_endpoints_were_told_does_not_get_it(machine, endpoint, theirs, stranger):
    machine.restart(access=access(theirs, users=USERS))
    said, heard = logged_on(
        opened(endpoint, theirs, **USER),
        machine,
        lambda: None,
        lambda: machine.restart(access=access(stranger, users=USERS)),
    )
    assert "somebody may stand between" in said
    assert NAME.encode() not in heard


@pytest.mark.parametrize("mode", ["None", "Sign"])
def test_a_session_that_wants_it_otherwise_than_the_endpoints_said_does_not_get_it(
    machine, endpoint, ours, theirs, mode
):
    machine.restart(access=access(theirs, users=USERS, user_tokens=(GOOD,)))
    asked = opened(endpoint, theirs, **USER) if mode == "None" else secured(endpoint, ours, theirs, mode=mode, **USER)
    said, heard = logged_on(
        asked,
        machine,
        lambda: None,
        lambda: machine.restart(access=access(theirs, users=USERS, user_tokens=("None",))),
    )
    assert PLAIN in said
    assert NAME.encode() not in heard


@pytest.mark.parametrize("is_secured", [True, False])
def test_a_server_that_takes_no_password_gets_none(machine, endpoint, ours, theirs, is_secured):
    machine.restart(access=access(theirs))
    asked = secured(endpoint, ours, theirs, **USER) if is_secured else opened(endpoint, theirs, **USER)
    said, heard = logged_on(asked, machine)
    assert "takes no user name and password" in said
    assert NAME.encode() not in heard


def test_a_server_without_a_certificate_gets_none(machine, endpoint, theirs):
    machine.restart(access=replace(access(theirs, users=USERS), certificate=b"", private_key=b""))
    said, heard = logged_on(opened(endpoint, theirs, **USER), machine)
    assert "has no certificate" in said
    assert NAME.encode() not in heard
