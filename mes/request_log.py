"""One line in the log for each request, and the id that ties it to the audit trail."""

import logging
import re
import time
from collections.abc import Callable
from urllib.parse import quote
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

logger = logging.getLogger("mes.request")

_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


class RequestLogMiddleware:
    """Sets `request.request_id` (the proxy's X-Request-ID where it is sane), answers it, and logs the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _ACCEPTABLE_ID.fullmatch(given) else uuid4().hex  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        logger.log(
            logging.DEBUG if request.path == "/healthz" else logging.INFO,
            "%s %s %s %.1fms person=%s id=%s",
            request.method,
            quote(request.path),  # without the query: it may hold what a person typed
            response.status_code,
            (time.perf_counter() - began) * 1000,
            _person(request),
            request.request_id,  # type: ignore[attr-defined]
        )
        return response


def _person(request: HttpRequest) -> str:
    """Who was asked for during the request; never a query of our own just to log."""
    person = getattr(request, "_cached_user", None)
    return person.get_username() if person is not None and person.is_authenticated else "-"
