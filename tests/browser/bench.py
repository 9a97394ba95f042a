"""A station page on the real shells, components, scripts and refusals, with answers that a test can rely on.

What is posted is kept in `Bench.posted`. Codes that begin with HELD are refused, FAIL breaks the server, LOGIN answers
with a whole page as an ended session does, SLOW takes 400 ms; the PIN 0000 is refused. All else is accepted.
"""

import copy
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.test import override_settings
from django.urls import path
from django.utils import timezone

from mes.boards.views.design import PANEL
from mes.kernel.refusals import InvalidInput, Refusal

MIDDLEWARE = [
    "mes.content_policy.ContentPolicyMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mes.kernel.refusals.RefusalMiddleware",
]


def templates() -> list[dict]:
    """The product's own templates and ours, without the context that asks the database who is there."""
    [engine] = copy.deepcopy(settings.TEMPLATES)
    engine["DIRS"] = [Path(__file__).parent / "templates", *engine["DIRS"]]
    engine["OPTIONS"]["context_processors"] = ["django.template.context_processors.request"]
    return [engine]


@dataclass
class Bench:
    url: str
    posted: list[dict[str, str]] = field(default_factory=list)


class HeldBox(Refusal):
    """The component on the bench is on hold."""


class QuietHandler(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """The requests of a passing test are of no interest."""


_bench: Bench | None = None


def answer(request: HttpRequest) -> HttpResponse:
    """What the bench does with a post: keeps it, then refuses, breaks or accepts as its code says."""
    content = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    _bench.posted.append(content)
    code = content.get("code", "")
    if code.startswith("HELD"):
        raise HeldBox(f"{code} is on hold", why="Hold H-0312, plating too thin", do="Put it on shelf Q-2")
    if content.get("pin") == "0000":
        raise InvalidInput("This PIN is not yours", do="Enter it again")
    if code.startswith("FAIL"):
        return HttpResponse("broken", status=500)
    if code.startswith("LOGIN"):
        return render(request, "refused.html", {"refusal": HeldBox("a whole page")})
    if code.startswith("SLOW"):
        time.sleep(0.4)
    response = station(request, last=code or content.get("value", ""))
    response["HX-Trigger"] = json.dumps({"accepted": {"message": f"{code or content.get('value')} recorded"}})
    return response


def station(request: HttpRequest, last: str = "") -> HttpResponse:
    now = timezone.now()
    return render(request, "bench.html", {"now": now, "began": now - timedelta(seconds=102), "last": last})


def index(request: HttpRequest) -> HttpResponse:
    return answer(request) if request.method == "POST" else station(request)


def design(request: HttpRequest) -> HttpResponse:
    return render(request, "components/index.html", {"panel": PANEL})


urlpatterns = [path("", index, name="bench"), path("design/", design, name="design")]


@contextmanager
def bench_server() -> Iterator[Bench]:
    """Serves the bench on a free loopback port until the block ends."""
    global _bench
    of_the_bench = {"ROOT_URLCONF": __name__, "MIDDLEWARE": MIDDLEWARE, "TEMPLATES": templates()}
    with override_settings(**of_the_bench, ALLOWED_HOSTS=["127.0.0.1"]):
        server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler, ipv6=False)
        server.set_app(StaticFilesHandler(get_wsgi_application()))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        _bench = Bench(url=f"http://127.0.0.1:{server.server_port}/")
        try:
            yield _bench
        finally:
            server.shutdown()
            server.server_close()
