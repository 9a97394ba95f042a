"""GET /metrics: how connections to machines and the programs go, as Prometheus reads it (text format 0.0.4)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from redis.exceptions import RedisError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from equipment.machine_metrics import ConnectionFigures, connection_figures, events_due
from equipment.queries import sites_of
from mes import heartbeats
from mes.health import broker_parts
from mes.kernel.personnel.roles import Permission
from mes.kernel.rest.views import Endpoint

Sample = tuple[Mapping[str, str], float]
Family = tuple[str, str, str, Sequence[Sample]]  # name, kind, help, samples

# name without its prefix, kind, help, the figure. A counter begins anew when another collector takes over.
_OF_A_CONNECTION = [
    ("up", "gauge", "Whether it answers and a collector watches it.", lambda of: of.up),
    ("paused", "gauge", "Whether it is paused by configuration.", lambda of: of.paused),
    ("lease_epoch", "counter", "How often a collector took it over.", lambda of: of.epoch),
    ("connects_total", "counter", "Times connected.", lambda of: of.connects),
    ("requests_total", "counter", "Requests sent.", lambda of: of.requests),
    ("errors_total", "counter", "Requests without a good answer.", lambda of: of.errors),
    ("polls_missed_total", "counter", "Polls left out, since the one before took too long.", lambda of: of.missed),
    ("samples_total", "counter", "Samples stored.", lambda of: of.samples),
    ("samples_dropped_total", "counter", "Samples thinned out of a full spool.", lambda of: of.dropped),
    ("slowest_answer_seconds", "gauge", "The slowest answer so far.", lambda of: of.slowest_answer_s),
    ("flush_lag_seconds", "gauge", "Since what is stored of it was read.", lambda of: of.lag_s),
    ("quarantined_rows", "gauge", "Rows that the database refused; 1,000 for more.", lambda of: of.quarantined),
]


class Plain(BaseRenderer):
    media_type = "text/plain"
    charset = "utf-8"

    def render(self, data: Any, *_: Any, **__: Any) -> str:
        """A problem; figures come as they are."""
        return json.dumps(data, default=str) + "\n"


class WhateverIsAccepted(BaseContentNegotiation):
    """There is one format, and Prometheus takes it whatever it says."""

    def select_parser(self, _request: Any, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, _request: Any, renderers: Any, _format: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


@extend_schema(exclude=True)
class Metrics(Endpoint):
    permissions = {"GET": Permission.VIEW_METRICS}
    renderer_classes = [Plain]
    content_negotiation_class = WhateverIsAccepted

    def get(self, request: Request) -> HttpResponse:
        sites = sites_of(request.user)
        families = [*_of_connections(connection_figures(sites)), *_of_events(events_due(sites)), *_of_programs()]
        response = HttpResponse("".join(written(families)), content_type="text/plain; version=0.0.4; charset=utf-8")
        response["Cache-Control"] = "no-store"
        return response


def written(families: Iterable[Family]) -> Iterator[str]:
    for name, kind, words, samples in families:
        yield f"# HELP {name} {words}\n# TYPE {name} {kind}\n"
        for labels, value in samples:
            named = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
            yield f"{name}{{{named}}} {value:.17g}\n"


def _of_connections(found: Sequence[ConnectionFigures]) -> Iterator[Family]:
    for name, kind, words, figure in _OF_A_CONNECTION:
        samples = [
            ({"site": one.site, "connection": one.connection, "kind": one.kind}, float(value))
            for one in found
            if (value := figure(one)) is not None
        ]
        yield f"plantwright_connection_{name}", kind, words, samples
    refused = [({"site": one.site, "connection": one.connection}, float(one.refused)) for one in found]
    yield "plantwright_machine_events_refused", "gauge", "Events of machines that wait for a person.", refused


def _of_events(found: Sequence[tuple[str, int, float]]) -> Iterator[Family]:
    due = [({"site": site}, float(count)) for site, count, _age_s in found]
    yield "plantwright_machine_events_due", "gauge", "Events of machines that wait to be booked.", due
    oldest = [({"site": site}, age_s) for site, _count, age_s in found]
    yield "plantwright_machine_events_due_seconds", "gauge", "Since the oldest of them happened.", oldest


def _of_programs() -> Iterator[Family]:
    parts = [({"part": name}, float(part["status"] == "ok")) for name, part in broker_parts().items()]
    yield "plantwright_part_up", "gauge", "Whether a part of the plant's programs is well, as /healthz says.", parts
    try:
        spools = [({"collector": name}, float(size)) for name, size in heartbeats.spools().items()]
    except RedisError:
        spools = []
    yield "plantwright_spool_bytes", "gauge", "What collectors hold on disk, not stored yet.", spools


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
