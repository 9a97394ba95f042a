"""Who trusts whom: certificates of both sides, users and passwords, and what an engineer reads when it is not so."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography import x509

from equipment.drivers.base import LinkLost, NotTrusted, Quality, Security
from equipment.drivers.opcua.certificates import KeyPair, application_uri_of, make_certificate
from equipment.drivers.opcua.driver import connect
from equipment.drivers.opcua.security import presented_certificate
from equipment.drivers.opcua.trust import check_server
from equipment.drivers.simulator.opcua_server import APPLICATION_URI, Access
from tests.equipment.opcua.conftest import OUR_URI
from tests.equipment.opcua.watching import COUNT, PRESS, point, watched

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
POINTS = [point(variable) for variable in PRESS]


@pytest.fixture(scope="session")
def authority() -> KeyPair:
    return make_certificate(name="Plant CA", application_uri="urn:ca", is_authority=True)


@pytest.fixture(scope="session")
def issued(authority) -> KeyPair:
    return make_certificate(name="Press", application_uri=APPLICATION_URI, issuer=authority)


@pytest.fixture(scope="session")
def expired() -> KeyPair:
    return make_certificate(name="Press", application_uri=APPLICATION_URI, valid_from=LONG_AGO, days=365)


def access(pair: KeyPair, **more) -> Access:
    return Access(pair.certificate, pair.private_key, **more)


def secured(endpoint, ours: KeyPair, *trusted: KeyPair, **more):
    security = Security(
        policy=more.pop("policy", "Basic256Sha256"),
        mode=more.pop("mode", "SignAndEncrypt"),
        certificate=ours.certificate,
        private_key=ours.private_key,
        trusted=tuple(pair.certificate for pair in trusted),
        **more,
    )
    return replace(endpoint, security=security)


def refusal(endpoint) -> str:
    async def scenario():
        async with connect(endpoint):
            pass

    with pytest.raises(NotTrusted) as refused:
        asyncio.run(scenario())
    return str(refused.value)


def first_values(endpoint) -> set:
    async def scenario():
        async with watched(endpoint, POINTS) as seen:
            return {sample[2] for sample in seen.samples}

    return asyncio.run(scenario())


VALUES = {variable.value for variable in PRESS}
SECURITIES = [
    ("Basic256Sha256", "SignAndEncrypt"),
    ("Basic256Sha256", "Sign"),
    ("Aes128Sha256RsaOaep", "SignAndEncrypt"),
    ("Aes256Sha256RsaPss", "SignAndEncrypt"),
]


@pytest.mark.parametrize(("policy", "mode"), SECURITIES)
def test_secured_it_watches_reads_writes_and_browses(machine, endpoint, ours, theirs, policy, mode):
    machine.restart(access=access(theirs, clients=(ours.certificate,)))

    async def scenario():
        async with watched(secured(endpoint, ours, theirs, policy=policy, mode=mode), POINTS) as seen:
            await seen.link.write(POINTS[1], 12)
            await seen.until(lambda: 12 in seen.values(1))
            assert [sample[3] for sample in await seen.link.read(POINTS)] == [Quality.GOOD] * 3
            assert await seen.link.browse()

    asyncio.run(scenario())
    assert machine.value(COUNT.path) == 12


def test_a_burst_comes_whole_when_it_is_encrypted(machine, endpoint, ours, theirs):
    machine.restart(access=access(theirs))

    async def scenario():
        async with watched(secured(endpoint, ours, theirs), POINTS) as seen:
            machine.set_all([(COUNT.path, number) for number in range(100, 190)])
            await seen.until(lambda: len(seen.of(1)) == 91)
            return seen.values(1)

    assert asyncio.run(scenario()) == [7, *range(100, 190)]


def test_a_server_whose_issuer_is_trusted_is_trusted(machine, endpoint, ours, issued, authority):
    machine.restart(access=access(issued))
    assert first_values(secured(endpoint, ours, authority)) == VALUES


def test_a_server_of_another_chain_is_not_trusted_and_described(machine, endpoint, ours, theirs, authority):
    machine.restart(access=access(theirs))
    said = refusal(secured(endpoint, ours, authority))
    assert "none that is trusted here" in said
    assert sha256(theirs.certificate).hexdigest().upper() in said.replace(":", "")
    assert len(said) <= 300, "so much is shown on the connection's page"


def test_nothing_is_trusted_without_anybody_having_said_so(machine, endpoint, ours, theirs):
    machine.restart(access=access(theirs))
    assert "none that is trusted here" in refusal(secured(endpoint, ours))
    presented = asyncio.run(presented_certificate(endpoint))
    assert presented == theirs.certificate


def test_a_server_with_an_expired_certificate_is_not_trusted(machine, endpoint, ours, expired):
    machine.restart(access=access(expired))
    said = refusal(secured(endpoint, ours, expired))
    assert "The server's certificate expired on 2020-12-31" in said
    assert "new one made at the machine" in said


def test_an_issuer_that_has_expired_is_not_trusted():
    authority = make_certificate(name="CA", application_uri="urn:ca", is_authority=True, valid_from=LONG_AGO, days=9)
    server = make_certificate(name="Press", application_uri=APPLICATION_URI, issuer=authority)
    with pytest.raises(NotTrusted, match="The trusted certificate CN=CA expired on 2020-01-10"):
        check_server(server.certificate, [authority.certificate])


def test_a_certificate_that_holds_from_tomorrow_on_is_not_trusted(theirs):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    server = make_certificate(name="Press", application_uri=APPLICATION_URI, valid_from=tomorrow)
    with pytest.raises(NotTrusted, match="not yet"):
        check_server(server.certificate, [server.certificate])


def test_who_is_no_authority_issues_nothing(theirs):
    server = make_certificate(name="Press", application_uri=APPLICATION_URI, issuer=theirs)
    with pytest.raises(NotTrusted, match="none that is trusted here"):
        check_server(server.certificate, [theirs.certificate])


def test_issuers_between_are_followed_when_the_server_sends_them(authority):
    between = make_certificate(name="Line CA", application_uri="urn:line", issuer=authority, is_authority=True)
    server = make_certificate(name="Press", application_uri=APPLICATION_URI, issuer=between)
    check_server(server.certificate + between.certificate, [authority.certificate])
    with pytest.raises(NotTrusted):
        check_server(server.certificate, [authority.certificate])


def test_a_server_that_does_not_know_our_certificate_says_so(machine, endpoint, ours, theirs):
    machine.restart(access=access(theirs, clients=()))
    said = refusal(secured(endpoint, ours, theirs))
    assert "list of trusted clients" in said
    assert "BadCertificateUntrusted" in said


def test_a_policy_that_is_not_offered_is_said_with_those_that_are(machine, endpoint, ours, theirs):
    said = refusal(secured(endpoint, ours, theirs))
    assert "does not offer Basic256Sha256, SignAndEncrypt" in said
    assert "It offers: None, None." in said


def test_our_own_certificate_has_to_be_there_and_fit(machine, endpoint, ours, theirs, expired):
    machine.restart(access=access(theirs))
    assert "no certificate" in refusal(secured(endpoint, KeyPair(b"", b""), theirs))
    assert "can't be read" in refusal(secured(endpoint, KeyPair(b"x", b"y"), theirs))
    assert "not that of its certificate" in refusal(
        secured(endpoint, KeyPair(ours.certificate, theirs.private_key), theirs)
    )
    assert "Our certificate expired on 2020-12-31" in refusal(secured(endpoint, expired, theirs))


def test_we_call_ourselves_as_our_certificate_says(ours):
    assert application_uri_of(x509.load_der_x509_certificate(ours.certificate)) == OUR_URI


@pytest.mark.parametrize("mode", ["Sign", "SignAndEncrypt"])
def test_a_user_logs_on_by_name_and_password(machine, endpoint, ours, theirs, mode):
    machine.restart(access=access(theirs, users={"collector": "pässword"}))
    good = secured(endpoint, ours, theirs, mode=mode, user_name="collector", password="pässword")
    assert first_values(good) == VALUES
    for name, password in (("collector", "wrong"), ("nobody", "pässword")):
        bad = replace(good, security=replace(good.security, user_name=name, password=password))
        assert "user name and password" in refusal(bad)


def test_who_names_no_user_where_one_is_wanted_is_told(machine, endpoint, ours, theirs):
    machine.restart(access=access(theirs, users={"collector": "x"}))
    assert "this way to log on" in refusal(secured(endpoint, ours, theirs))


def test_without_security_the_server_still_has_to_be_a_trusted_one(machine, endpoint, ours, theirs):
    machine.restart(access=access(theirs))
    trusting = replace(endpoint, security=Security(trusted=(theirs.certificate,)))
    assert first_values(trusting) == VALUES
    assert "none that is trusted here" in refusal(replace(endpoint, security=Security(trusted=(ours.certificate,))))


def test_secrets_are_not_in_what_is_logged_of_a_profile(ours):
    profile = Security(private_key=ours.private_key, password="s3cret")
    assert "s3cret" not in repr(profile)
    assert "PRIVATE" not in repr(profile) + repr(ours)


def test_a_lost_link_is_no_question_of_trust(machine, endpoint, ours, theirs):
    machine.restart(access=access(theirs))
    machine.unplug()

    async def scenario():
        async with connect(secured(endpoint, ours, theirs)):
            pass

    with pytest.raises(LinkLost) as lost:
        asyncio.run(scenario())
    assert not isinstance(lost.value, NotTrusted)
