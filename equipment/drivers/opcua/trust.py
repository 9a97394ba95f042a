"""Whether a server is the one it says it is: by its certificate, and those that are trusted here."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from equipment.drivers.base import NotTrusted
from equipment.drivers.opcua.revocations import check_not_revoked

E = TypeVar("E", bound=x509.ExtensionType)
LONGEST_CHAIN = 5


def check_server(presented: bytes, trusted: Sequence[bytes], revoked: Sequence[bytes] = ()) -> x509.Certificate:
    """The certificate that a server presented, in DER, its issuers perhaps behind it. Raises NotTrusted.

    It is trusted if it is in the list itself, or was issued by one that is and may issue it, within the time of each,
    and named by none of the revocation lists (PEM), which their issuers signed. Whether its names fit the address is
    not asked: machines rarely have a certificate in the name by which they are reached.
    """
    chain = certificates(presented)
    if not chain:
        raise NotTrusted(
            "The server has no certificate, so nobody can tell who it is, nor encrypt a password for it. Set up one"
            " there. Without one it takes a profile without security, user name and trusted certificates."
        )
    server, (known, lists) = chain[0], _given(trusted, revoked)
    _check_time(server, "The server's certificate", "Have a new one made at the machine, then trust that one here.")
    check_not_revoked(server, lists, [*known, *chain])
    if server not in known:
        _check_issuers(server, chain[1:], known, lists)
    return server


def certificates(der: bytes) -> list[x509.Certificate]:
    """One certificate behind the other, as a server sends its chain. Raises NotTrusted."""
    found = []
    try:
        while der:
            length = int.from_bytes(der[2:4], "big") + 4  # of the outer sequence, always longer than 255 bytes
            found.append(x509.load_der_x509_certificate(der[:length]))
            der = der[length:]
    except ValueError as error:
        raise NotTrusted(f"What the server presents is no certificate: {error}.") from error
    return found


def fingerprint(certificate: x509.Certificate) -> str:
    """As people compare it: SHA-256 in pairs of digits."""
    return certificate.fingerprint(SHA256()).hex(":").upper()


def _given(
    trusted: Sequence[bytes], revoked: Sequence[bytes]
) -> tuple[list[x509.Certificate], list[x509.CertificateRevocationList]]:
    """What the profile holds. Raises NotTrusted."""
    try:
        return (
            [x509.load_der_x509_certificate(der) for der in trusted],
            [x509.load_pem_x509_crl(pem) for pem in revoked],
        )
    except ValueError as error:
        raise NotTrusted(
            f"What the security profile trusts can't be read: {error}. Paste certificates and revocation lists anew,"
            " as PEM."
        ) from error


def _check_issuers(
    server: x509.Certificate,
    between: Sequence[x509.Certificate],
    known: Sequence[x509.Certificate],
    lists: Sequence[x509.CertificateRevocationList],
) -> None:
    """Go up from the server's certificate to one that is trusted. Raises NotTrusted."""
    subject, above = server, list[x509.Certificate]()
    for below in range(LONGEST_CHAIN):
        issuer = _issuer(subject, [*known, *between], below)
        if issuer is None or issuer == subject:
            break
        check_not_revoked(issuer, lists, [*known, *between])
        above.append(issuer)
        if issuer in known:
            _check_time(issuer, f"The trusted certificate {_name(issuer)}", "Trust the one that replaces it.")
            _check_names(server, above)
            return
        _check_time(issuer, f"The certificate {_name(issuer)}, which issued the server's,", "Have it renewed.")
        subject = issuer
    by = "itself" if server.issuer == server.subject else server.issuer.rfc4514_string()
    raise NotTrusted(
        "The server's certificate is none that is trusted here, nor issued by one:"
        f" {_name(server)}, by {by}, SHA-256 {fingerprint(server)}."
        " If the machine itself shows the same, add it to the profile's trusted ones."
    )


def _issuer(subject: x509.Certificate, candidates: Iterable[x509.Certificate], below: int) -> x509.Certificate | None:
    """Who issued it. below: how many issuers are between that one and the server. Raises NotTrusted if it may not."""
    issuers = [candidate for candidate in candidates if _has_issued(candidate, subject)]
    for issuer in issuers:
        if not _objection(issuer, below):
            return issuer
    if issuers:
        issuer = issuers[0]
        raise NotTrusted(
            f"The certificate {_name(issuer)} may not issue {_name(subject)}: {_objection(issuer, below)}."
            " Have that issued by an authority that may, or add the server's own to the profile's trusted ones."
        )
    return None


def _has_issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    constraints = _extension(issuer, x509.BasicConstraints)
    if constraints is None or not constraints.ca:
        return False
    try:
        subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _objection(issuer: x509.Certificate, below: int) -> str:
    """What in an authority's certificate speaks against its being the issuer here; "" for nothing."""
    usage, constraints = _extension(issuer, x509.KeyUsage), _extension(issuer, x509.BasicConstraints)
    if usage is not None and not usage.key_cert_sign:
        return "its key usage is not to sign certificates"
    if constraints is not None and constraints.path_length is not None and constraints.path_length < below:
        return f"its path length allows {constraints.path_length} issuers below it, not {below}"
    return ""


def _check_names(server: x509.Certificate, issuers: Sequence[x509.Certificate]) -> None:
    """Whether its issuers, the trusted one last, may issue for the server's names. Raises NotTrusted.

    Names and addresses of computers are judged, by the library; an issuer with constraints of another kind is refused.
    """
    if not any(_extension(issuer, x509.NameConstraints) for issuer in issuers):
        return
    *between, trusted = issuers
    any_extension = ExtensionPolicy.permit_all()
    an_authority = any_extension.require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    policy = PolicyBuilder().store(Store([trusted])).max_chain_depth(LONGEST_CHAIN)
    policy = policy.extension_policies(ca_policy=an_authority, ee_policy=any_extension)
    try:
        policy.build_client_verifier().verify(server, between)
    except VerificationError as error:
        raise NotTrusted(
            f"An issuer of {_name(server)} may issue for certain names alone, and not for this one's: {error}."
            " Have it issued for a name that is allowed, or trust the server's own certificate."
        ) from error


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return None


def _check_time(certificate: x509.Certificate, what: str, do: str) -> None:
    now = datetime.now(UTC)
    if now > certificate.not_valid_after_utc:
        raise NotTrusted(f"{what} expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC. {do}")
    if now < certificate.not_valid_before_utc:
        raise NotTrusted(
            f"{what} is valid from {certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC on, which is not yet."
            " Look at the clocks of the machine and of this computer."
        )


def _name(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string() or "nobody"
