"""Making our own certificate: what a server wants to see before it lets a client in."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from equipment.drivers.base import NotTrusted, Security

KEY_BITS = 2048
YEARS = 5


@dataclass(frozen=True, slots=True)
class KeyPair:
    """certificate: in DER. private_key: in PEM, without a password."""

    certificate: bytes
    private_key: bytes = field(repr=False)


def make_certificate(
    *,
    name: str,
    application_uri: str,
    host: str = "localhost",
    valid_from: datetime | None = None,
    days: int = 365 * YEARS,
    issuer: KeyPair | None = None,
    is_authority: bool = False,
    path_length: int = 0,
) -> KeyPair:
    """An RSA key and its certificate, made for OPC UA: client and server at once, signed by itself or by `issuer`.

    name: shown to whoever has to trust it. application_uri: ours, unique in the plant; servers compare it. host: the
    name or address of the computer that uses it. days: how long it is valid from `valid_from` (now) on. path_length:
    how many authorities may be below this one.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    parent = None if issuer is None else x509.load_der_x509_certificate(issuer.certificate)
    begin = valid_from or datetime.now(UTC) - timedelta(hours=1)  # the machine's clock may be behind
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if parent is None else parent.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=days))
    )
    authority = x509.BasicConstraints(ca=is_authority, path_length=path_length if is_authority else None)
    for extension, is_critical in _extensions(key, application_uri, host, parent, authority):
        builder = builder.add_extension(extension, critical=is_critical)
    signing_key = key if issuer is None else load_pem_private_key(issuer.private_key, None)
    certificate = builder.sign(signing_key, SHA256())  # type: ignore[arg-type]
    return KeyPair(
        certificate.public_bytes(Encoding.DER),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def _extensions(
    key: rsa.RSAPrivateKey,
    application_uri: str,
    host: str,
    parent: x509.Certificate | None,
    authority: x509.BasicConstraints,
) -> list[tuple[x509.ExtensionType, bool]]:
    """What part 6 of OPC UA, 6.2.2, asks of an application's certificate."""
    issuer_key = key.public_key() if parent is None else parent.public_key()
    return [
        (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), False),  # type: ignore[arg-type]
        (authority, True),
        (_key_usage(signs_certificates=authority.ca or parent is None), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.SubjectAlternativeName([x509.UniformResourceIdentifier(application_uri), _host_name(host)]), False),
    ]


def _key_usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _host_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def application_uri_of(certificate: x509.Certificate) -> str:
    """The application URI in a certificate: what we have to call ourselves. Raises NotTrusted where there is none."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        names = x509.SubjectAlternativeName([])
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    if not uris:
        raise NotTrusted(
            "Our certificate has no application URI among its alternative names, so no server takes it."
            " Make a new one for the security profile."
        )
    return uris[0]


def own_certificate(security: Security) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    """Our certificate and key. Raises NotTrusted where they are missing, expired, or not of each other."""
    if not security.certificate or not security.private_key:
        raise NotTrusted("The security profile has no certificate. Make one there, and have the server trust it.")
    try:
        certificate = x509.load_der_x509_certificate(security.certificate)
        key = load_pem_private_key(security.private_key, None)
    except (ValueError, TypeError) as error:
        raise NotTrusted(f"The certificate or key of the security profile can't be read: {error}.") from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.public_key() != certificate.public_key():
        raise NotTrusted("The private key of the security profile is not that of its certificate.")
    if datetime.now(UTC) > certificate.not_valid_after_utc:
        raise NotTrusted(
            f"Our certificate expired on {certificate.not_valid_after_utc:%Y-%m-%d %H:%M} UTC. Make a new one for the"
            " security profile, and have the server trust it."
        )
    return certificate, key
