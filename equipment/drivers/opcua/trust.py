"""Whether a server is the one it says it is: by its certificate, and those that are trusted here."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.hashes import SHA256

from equipment.drivers.base import NotTrusted

LONGEST_CHAIN = 5


def check_server(presented: bytes, trusted: Sequence[bytes]) -> x509.Certificate:
    """The certificate that a server presented, in DER, its issuers perhaps behind it. Raises NotTrusted.

    It is trusted if it is in the list itself, or was issued by one that is, within the time of each. Whether its names
    fit the address is not asked: machines rarely have a certificate in the name by which they are reached.
    """
    chain = certificates(presented)
    if not chain:
        raise NotTrusted(
            "The server has no certificate, so nobody can tell who it is, nor encrypt a password for it. Set up one"
            " there. Without one it takes a profile without security, user name and trusted certificates."
        )
    server, known = chain[0], [x509.load_der_x509_certificate(der) for der in trusted]
    _check_time(server, "The server's certificate", "Have a new one made at the machine, then trust that one here.")
    if server in known:
        return server
    _check_issuers(server, chain[1:], known)
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


def _check_issuers(server: x509.Certificate, between: list[x509.Certificate], known: list[x509.Certificate]) -> None:
    """Go up from the server's certificate to one that is trusted. Raises NotTrusted."""
    subject = server
    for _ in range(LONGEST_CHAIN):
        if issuer := _issuer(subject, known):
            _check_time(issuer, f"The trusted certificate {_name(issuer)}", "Trust the one that replaces it.")
            return
        issuer = _issuer(subject, between)
        if issuer is None or issuer == subject:
            break
        _check_time(issuer, f"The certificate {_name(issuer)}, which issued the server's,", "Have it renewed.")
        subject = issuer
    by = "itself" if server.issuer == server.subject else server.issuer.rfc4514_string()
    raise NotTrusted(
        "The server's certificate is none that is trusted here, nor issued by one:"
        f" {_name(server)}, by {by}, SHA-256 {fingerprint(server)}."
        " If the machine itself shows the same, add it to the profile's trusted ones."
    )


def _issuer(subject: x509.Certificate, candidates: Iterable[x509.Certificate]) -> x509.Certificate | None:
    return next((candidate for candidate in candidates if _has_issued(candidate, subject)), None)


def _has_issued(issuer: x509.Certificate, subject: x509.Certificate) -> bool:
    try:
        if not issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        subject.verify_directly_issued_by(issuer)
    except (x509.ExtensionNotFound, ValueError, TypeError, InvalidSignature):
        return False
    return True


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
