"""GET /live/: a pass for the topics that a page shows, and where to listen with it."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from equipment.queries import sites_of
from mes.events import passes
from mes.kernel.refusals import InvalidInput, NotPermitted, NotSignedIn
from mes.kernel.topics import site_of
from mes.station.views.presence import device_of


@never_cache
@require_safe
def live_pass(request: HttpRequest) -> JsonResponse:
    """For who is logged in, at their sites; for a station's browser, at its own. renew_s: when to ask again."""
    may_hear = _sites(request)
    if not may_hear:
        raise NotSignedIn(_("Nobody is logged in here."), do=_("Log in, then load the page again."))
    topics = set(request.GET.getlist("topic"))
    if not 0 < len(topics) <= passes.MOST_TOPICS:
        raise InvalidInput(
            _("A page listens to 1 to {most} topics.").format(most=passes.MOST_TOPICS), do=_("Name them as `topic`.")
        )
    if not {site_of(topic) for topic in topics} <= may_hear:
        raise NotPermitted(_("One of the topics belongs to a site that you don't see."), do=_("Load the page again."))
    url = f"{settings.MES_EVENTS_URL}?{urlencode({'pass': passes.give(topics)})}"
    return JsonResponse({"url": url, "renew_s": passes.RENEW_S})


def _sites(request: HttpRequest) -> set[str]:
    """The keys of the sites of which this browser may hear."""
    sites = set(sites_of(request.user)) if request.user.is_authenticated else set()
    device = device_of(request)
    if device is not None:
        sites.add(device.site_id)
    return {str(key) for key in sites}
