"""Lists of revoked certificates: what they name, and whether they are those of the authority that they name."""

from collections.abc import Iterable, Sequence

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from equipment.drivers.base import NotTrusted


def check_not_revoked(
    certificate: x509.Certificate,
    lists: Iterable[x509.CertificateRevocationList],
    known: Sequence[x509.Certificate],
) -> None:
    """Whether none of the lists of its issuer names it. known: certificates that such a list may be signed by.

    A list that can't be shown to be its issuer's says nothing, neither that the certificate may be trusted nor, where
    somebody else signed it, that it was revoked. Raises NotTrusted.
    """
    name = certificate.subject.rfc4514_string() or "nobody"
    for one in lists:
        if one.issuer != certificate.issuer:
            continue
        issuer = one.issuer.rfc4514_string()
        signers = [each for each in known if each.subject == one.issuer]
        if signers and not any(_has_signed(each, one) for each in signers):
            raise NotTrusted(
                f"The revocation list of {issuer} was not signed by it, or was changed since. Paste the one that it"
                " publishes in its place."
            )
        entry = one.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry is not None:
            raise NotTrusted(
                f"The certificate {name} was revoked on {entry.revocation_date_utc:%Y-%m-%d} by who issued it. Have a"
                " new one made at the machine, and look who had the key of this one."
            )
        if not signers:
            raise NotTrusted(
                f"Nobody can tell whether the revocation list of {issuer} is its own: that authority's certificate is"
                " neither here nor sent by the server. Paste it beside the list: whatever it issues is trusted then,"
                " too. Or take the list out."
            )


def _has_signed(signer: x509.Certificate, one: x509.CertificateRevocationList) -> bool:
    try:
        return one.is_signature_valid(signer.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError, UnsupportedAlgorithm):
        return False
