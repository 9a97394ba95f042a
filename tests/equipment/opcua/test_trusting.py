"""Who trusts whom: certificates of both sides, users and passwords, and what an engineer reads when it is not so."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from ipaddress import ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from equipment.collection.configuration import security_of
from equipment.drivers.base import LinkLost, NotTrusted, Quality, Security
from equipment.drivers.opcua.certificates import KeyPair, application_uri_of, make_certificate
from equipment.drivers.opcua.driver import connect
from equipment.drivers.opcua.security import presented_certificate
from equipment.drivers.opcua.trust import check_server
from equipment.drivers.simulator.opcua_server import APPLICATION_URI, Access
from mes.kernel.sealing import Secret
from tests.equipment.collection.opc_press import pem
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


def test_issuers_between_are_followed_when_the_server_sends_them():
    authority = make_certificate(name="CA", application_uri="urn:ca", is_authority=True, path_length=1)
    between = make_certificate(name="Line CA", application_uri="urn:line", issuer=authority, is_authority=True)
    server = make_certificate(name="Press", application_uri=APPLICATION_URI, issuer=between)
    check_server(server.certificate + between.certificate, [authority.certificate])
    with pytest.raises(NotTrusted):
        check_server(server.certificate, [authority.certificate])


def test_an_issuer_that_may_have_no_other_below_it_is_held_to_that(authority):
    between = make_certificate(name="Line CA", application_uri="urn:line", issuer=authority, is_authority=True)
    server = make_certificate(name="Press", application_uri=APPLICATION_URI, issuer=between)
    with pytest.raises(NotTrusted, match="CN=Plant CA may not issue CN=Line CA: its path length allows 0") as refused:
        check_server(server.certificate + between.certificate, [authority.certificate])
    assert "add the server's own" in str(refused.value)
    for trusted in (between, server):
        check_server(server.certificate + between.certificate, [authority.certificate, trusted.certificate])


def signed(authority: KeyPair, *extensions: x509.ExtensionType, issuer: KeyPair | None = None) -> bytes:
    """The authority's certificate with these extensions alone, signed by itself or its issuer."""
    found, signing = x509.load_der_x509_certificate(authority.certificate), issuer or authority
    builder = (
        x509.CertificateBuilder()
        .subject_name(found.subject)
        .issuer_name(found.issuer)
        .public_key(found.public_key())
        .serial_number(found.serial_number)
        .not_valid_before(found.not_valid_before_utc)
        .not_valid_after(found.not_valid_after_utc)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(load_pem_private_key(signing.private_key, None), SHA256()).public_bytes(Encoding.DER)


def test_an_issuer_whose_key_is_for_something_else_issues_nothing(authority, issued):
    may = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only"), False
    ) | {"digital_signature": True, "decipher_only": False, "crl_sign": True}
    is_one = x509.BasicConstraints(ca=True, path_length=None)
    with pytest.raises(NotTrusted, match="key usage is not to sign certificates"):
        check_server(issued.certificate, [signed(authority, is_one, x509.KeyUsage(key_cert_sign=False, **may))])
    for good in (signed(authority, is_one), signed(authority, is_one, x509.KeyUsage(key_cert_sign=True, **may))):
        check_server(issued.certificate, [good])
    with pytest.raises(NotTrusted, match="none that is trusted here"):
        check_server(issued.certificate, [signed(authority)])


def revocations(authority: KeyPair, *revoked: KeyPair) -> bytes:
    """The authority's list of these, in PEM."""
    now, issuer = datetime.now(UTC), x509.load_der_x509_certificate(authority.certificate)
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer.subject)
    builder = builder.last_update(now).next_update(now + timedelta(days=7))
    for pair in revoked:
        serial = x509.load_der_x509_certificate(pair.certificate).serial_number
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(LONG_AGO).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(load_pem_private_key(authority.private_key, None), SHA256()).public_bytes(Encoding.PEM)


def test_what_was_revoked_is_not_trusted_even_if_it_is_in_the_list_itself(authority, issued, theirs):
    check_server(issued.certificate, [authority.certificate], [revocations(authority)])
    check_server(theirs.certificate, [theirs.certificate], [revocations(authority, theirs)])
    for trusted in (authority, issued):
        with pytest.raises(NotTrusted, match="CN=Press was revoked on 2020-01-01 by who issued it"):
            check_server(issued.certificate, [trusted.certificate], [revocations(authority, issued)])


def test_what_was_issued_by_one_that_was_revoked_is_not_trusted():
    authority = make_certificate(name="CA", application_uri="urn:ca", is_authority=True, path_length=1)
    between = make_certificate(name="Line CA", application_uri="urn:line", issuer=authority, is_authority=True)
    server = make_certificate(name="Press", application_uri=APPLICATION_URI, issuer=between)
    for trusted in (authority, between):
        with pytest.raises(NotTrusted, match="CN=Line CA was revoked"):
            check_server(
                server.certificate + between.certificate, [trusted.certificate], [revocations(authority, between)]
            )


def test_a_list_that_its_authority_did_not_sign_or_that_was_changed_is_refused_and_not_believed(
    authority, issued, theirs
):
    other = make_certificate(name="Plant CA", application_uri="urn:ca", is_authority=True)
    for given in ([], [issued]):
        for pem_of in (revocations(other, *given), changed(revocations(authority, *given))):
            with pytest.raises(NotTrusted, match="revocation list of CN=Plant CA was not signed by it") as refused:
                check_server(issued.certificate, [authority.certificate], [pem_of])
            assert "Paste the one that it publishes" in str(refused.value)
    check_server(theirs.certificate, [theirs.certificate, authority.certificate], [revocations(other)])
    check_server(issued.certificate, [authority.certificate, other.certificate], [revocations(other)])  # of one name


def test_a_list_of_an_authority_that_nobody_knows_is_refused_unless_the_server_brings_it(authority, issued):
    with pytest.raises(NotTrusted, match="Nobody can tell whether the revocation list of CN=Plant CA is its own"):
        check_server(issued.certificate, [issued.certificate], [revocations(authority)])
    check_server(issued.certificate + authority.certificate, [issued.certificate], [revocations(authority)])


def test_a_server_that_is_trusted_by_its_own_certificate_and_has_a_list_of_its_authority_needs_that_ones_too(
    machine, endpoint, ours
):
    name = "Line 3 Issuing Authority for Machines and Instruments G2"
    authority = make_certificate(name=name, application_uri="urn:ca", is_authority=True)
    press, other = (
        make_certificate(name=one, application_uri=APPLICATION_URI, issuer=authority) for one in ("Press", "Oven")
    )
    machine.restart(access=access(press))
    pinned = secured(endpoint, ours, press, revoked=(revocations(authority, other),))
    said = refusal(pinned)
    assert "Paste it beside the list: whatever it issues is trusted then, too. Or take the list out." in said
    assert len(said) <= 300, "so much is shown on the connection's page"
    for mended in (
        replace(pinned.security, trusted=(press.certificate, authority.certificate)),
        replace(pinned.security, revoked=()),
    ):
        assert first_values(replace(pinned, security=mended)) == VALUES
    machine.restart(access=access(other))
    assert "CN=Oven was revoked" in refusal(
        replace(pinned, security=replace(pinned.security, trusted=(press.certificate, authority.certificate)))
    )


def changed(given: bytes) -> bytes:
    """The list with one byte of its signature another one."""
    der = bytearray(x509.load_pem_x509_crl(given).public_bytes(Encoding.DER))
    der[-1] ^= 1
    return x509.load_der_x509_crl(bytes(der)).public_bytes(Encoding.PEM)


IS_ONE, DNS = x509.BasicConstraints(ca=True, path_length=None), x509.DNSName
ADDRESSES = x509.IPAddress(ip_network("10.0.0.0/8"))


@pytest.mark.parametrize(
    ("permitted", "excluded", "host", "why"),
    [
        ([DNS("plant.example")], None, "press.plant.example", ""),
        ([DNS("plant.example")], None, "press.example", "no permitted name constraints matched"),
        (None, [DNS("plant.example")], "press.plant.example", "excluded name constraint matched"),
        ([ADDRESSES], None, "10.1.2.3", ""),
        ([ADDRESSES], None, "192.168.1.2", "no permitted name constraints matched"),
        ([x509.UniformResourceIdentifier("plant.example")], None, "press", "unsupported name constraint"),
        (None, [x509.DirectoryName(x509.Name([]))], "press", "unsupported directoryName constraint"),
    ],
)
def test_an_issuer_that_may_issue_for_certain_names_alone_is_held_to_them_and_to_none_that_nobody_can_judge(
    authority, permitted, excluded, host, why
):
    server = make_certificate(name="Press", application_uri=APPLICATION_URI, host=host, issuer=authority).certificate
    issuer = signed(authority, IS_ONE, x509.NameConstraints(permitted, excluded))
    if not why:
        check_server(server, [issuer])
        return
    with pytest.raises(NotTrusted, match=why) as refused:
        check_server(server, [issuer])
    assert "An issuer of CN=Press may issue for certain names alone" in str(refused.value)
    assert len(str(refused.value)) <= 300, "so much is shown on the connection's page"
    check_server(server, [issuer, server])  # who trusts the very certificate asks no issuer


def test_an_issuer_between_is_held_to_its_names_as_well():
    authority = make_certificate(name="CA", application_uri="urn:ca", is_authority=True, path_length=1)
    line = make_certificate(name="Line CA", application_uri="urn:line", issuer=authority, is_authority=True)
    server = make_certificate(name="Press", application_uri=APPLICATION_URI, host="press.example", issuer=line)
    for allowed, is_trusted in (("press.example", True), ("line.example", False)):
        between = signed(line, IS_ONE, x509.NameConstraints([DNS(allowed)], None), issuer=authority)
        if is_trusted:
            check_server(server.certificate + between, [authority.certificate])
        else:
            with pytest.raises(NotTrusted, match="certain names alone"):
                check_server(server.certificate + between, [authority.certificate])


def test_a_revocation_list_stands_among_the_trusted_certificates(machine, endpoint, ours, issued, authority):
    machine.restart(access=access(issued))
    given = "".join(["The plant's own\n", pem(authority.certificate), revocations(authority, issued).decode()])
    profile = security_of("Basic256Sha256", "SignAndEncrypt", pem(ours.certificate), Secret(""), given, "", Secret(""))
    assert profile.trusted == (authority.certificate,)
    asked = secured(endpoint, ours, authority)
    assert "was revoked" in refusal(replace(asked, security=replace(asked.security, revoked=profile.revoked)))


def test_what_can_not_be_read_of_the_trusted_ones_is_said(theirs):
    for trusted, revoked in (([b"x"], []), ([theirs.certificate], [b"-----BEGIN X509 CRL-----"])):
        with pytest.raises(NotTrusted, match="Paste certificates and revocation lists anew"):
            check_server(theirs.certificate, trusted, revoked)


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
