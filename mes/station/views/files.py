"""The files of steps, for whoever may see the unit they are recorded on: at a station of its site, or logged in."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from mes.kernel.stored_files import stored_file_response
from mes.station.views.presence import sites_shown
from wip.references import name_of_file


@require_safe
def file(request: HttpRequest, digest: str) -> HttpResponseBase:
    """A file by its digest, under the name it is recorded with."""
    name = name_of_file(digest, sites_shown(request))
    if name is None:
        raise Http404
    return stored_file_response(digest, name)
