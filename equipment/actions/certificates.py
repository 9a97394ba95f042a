"""The certificate that our side shows to OPC UA servers."""

import platform
import ssl
from datetime import datetime

from django.utils.translation import gettext as _

from equipment.drivers.opcua.certificates import make_certificate
from equipment.models import SecurityProfile
from equipment.policies import check_site_access
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission


def renew(*, profile: SecurityProfile, by: Person, at: datetime) -> SecurityProfile:
    """Give the profile a new key and a certificate of its own, valid for five years; the former ones are gone.

    Servers have to be told to trust it before the connections of the profile work again.
    """
    check_permission(by, Permission.CONNECT_MACHINES)
    check_site_access(by, profile.site_id)
    locked = (
        SecurityProfile.objects.select_for_update(of=("self",), no_key=True).select_related("site").get(pk=profile.pk)
    )
    made = make_certificate(
        name=_("Plantwright {code}").format(code=locked.code),
        application_uri=f"urn:plantwright:{locked.site.code}:{locked.code}",
        host=platform.node() or "localhost",
    )
    locked.certificate = ssl.DER_cert_to_PEM_cert(made.certificate)
    locked.private_key = made.private_key.decode()
    locked.save()
    return locked
