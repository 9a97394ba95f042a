"""The files of steps, for whoever may see the unit they are recorded on: at a station of its site, or logged in."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from equipment.queries import sites_of
from mes.kernel.personnel.roles import Permission
from mes.kernel.stored_files import stored_file_response
from mes.station.queries import logons_at
from mes.station.views.presence import device_of
from wip.references import name_of_file


@require_safe
def file(request: HttpRequest, digest: str) -> HttpResponseBase:
    """A file by its digest, under the name it is recorded with."""
    name = name_of_file(digest, _sites(request))
    if name is None:
        raise Http404
    return stored_file_response(digest, name)


def _sites(request: HttpRequest) -> Collection[UUID]:
    """The sites whose units the browser may show: the person's, else that of the station somebody is on at."""
    user: Any = request.user
    if user.is_authenticated:
        return sites_of(user) if user.may(Permission.VIEW_UNITS) else ()
    device = device_of(request)
    return [device.station.site_id] if device is not None and logons_at(device) else ()
