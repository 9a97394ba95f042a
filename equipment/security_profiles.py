"""How security profiles stand: which secrets they lack, which certificates they have and how long those are valid."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from django.utils.translation import gettext as _

from equipment.collection.configuration import certificates_in, revocation_lists_in, security_of
from equipment.drivers.base import NotTrusted, Security
from equipment.drivers.opcua.certificates import own_certificate
from equipment.drivers.opcua.trust import fingerprint
from equipment.models import SecurityProfile
from equipment.status import SecurityPolicy
from mes.kernel.sealing import SealBroken

WARNED_BEFORE = timedelta(days=30)  # time to make one, and to have every server of the profile trust it


def security(profile: SecurityProfile) -> Security:
    """What a driver needs of a profile. Raises SealBroken, ValueError."""
    return security_of(
        profile.policy,
        profile.mode,
        profile.certificate,
        profile.private_key,
        profile.trusted,
        profile.user_name,
        profile.password,
    )


def lacks(profile: SecurityProfile) -> Iterator[str]:
    """What keeps its connections from working, as sentences: a secret that is not here, or not of its certificate."""
    if (profile.certificate or profile.policy != SecurityPolicy.NONE) and not profile.private_key:
        yield _("Its private key is not here: give it in the administration, or make a new certificate there.")
    if profile.user_name and not profile.password:
        yield _("The password of {user} is not here: give it in the administration.").format(user=profile.user_name)
    if profile.certificate and profile.private_key:
        try:
            own_certificate(security(profile))
        except (SealBroken, NotTrusted, ValueError) as wrong:
            yield str(wrong)


@dataclass(frozen=True)
class Certificate:
    """One that a profile has, or a list of revoked ones. name: empty where it can't be read, and nothing else is said.

    expires_at: of a list, when the next one was to be there.
    """

    is_ours: bool
    name: str = ""
    issuer: str = ""
    expires_at: datetime | None = None
    fingerprint: str = ""
    is_list: bool = False

    def warning(self, at: datetime) -> str:
        """What has to be done about it by somebody, and until when; empty: nothing."""
        if self.expires_at is None:
            return _("A certificate of the security profile can't be read: paste it anew, as PEM.")
        if self.is_list:
            return "" if at < self.expires_at else self._is_old()
        if self.expires_at - at > WARNED_BEFORE:
            return ""
        days = (self.expires_at - at).days
        if self.is_ours:
            do = _("Make a new one for the security profile, and have the servers trust it.")
        else:
            do = _("Have the one that replaces it from the machine, and take that into the trusted ones.")
        if days < 0:
            return _("The certificate {name} is expired. {do}").format(name=self.name, do=do)
        return _("The certificate {name} expires in {days} days. {do}").format(name=self.name, days=days, do=do)

    def _is_old(self) -> str:
        return _(
            "The revocation list of {name} is old: paste the present one in its place. What was revoked since is"
            " still trusted."
        ).format(name=self.name)


def certificates_of(profile: SecurityProfile) -> list[Certificate]:
    """Our own first, then those that are trusted, then revocation lists."""
    ours = [profile.certificate] if profile.certificate.strip() else []
    trusted = certificates_in(profile.trusted)
    lists = revocation_lists_in(profile.trusted)
    if profile.trusted.strip() and not trusted and not lists:
        trusted = [profile.trusted]
    return [
        *(_read(pem, is_ours=True) for pem in ours),
        *(_read(pem, is_ours=False) for pem in trusted),
        *map(_read_list, lists),
    ]


def _read(pem: str, *, is_ours: bool) -> Certificate:
    try:
        found = x509.load_pem_x509_certificate(pem.encode())
        return Certificate(
            is_ours, _called(found.subject), _called(found.issuer), found.not_valid_after_utc, fingerprint(found)
        )
    except ValueError:
        return Certificate(is_ours)


def _read_list(pem: str) -> Certificate:
    try:
        found = x509.load_pem_x509_crl(pem.encode())
    except ValueError:
        return Certificate(is_ours=False)
    name, shown = _called(found.issuer), found.fingerprint(SHA256()).hex(":").upper()
    return Certificate(False, name, name, found.next_update_utc or found.last_update_utc, shown, is_list=True)


def _called(name: x509.Name) -> str:
    common = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(common[0].value) if common else name.rfc4514_string() or "–"
