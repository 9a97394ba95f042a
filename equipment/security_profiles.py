"""How security profiles stand: which secrets they lack."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from equipment.collection.configuration import security_of
from equipment.drivers.base import NotTrusted, Security
from equipment.drivers.opcua.certificates import own_certificate
from equipment.models import SecurityProfile
from equipment.status import SecurityPolicy
from mes.kernel.sealing import SealBroken


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
