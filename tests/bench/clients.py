"""HTTP clients that keep their connection, as a station's browser or an integration does."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from mes.kernel.keys import uuid7
from tests.bench.line import CODE, STEPS, Job


class HttpClient:
    """Completes jobs through the API, one after the other."""

    def __init__(self, url: str, token: str) -> None:
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def complete(self, job: Job) -> None:
        serials = zip(("MOTOR", "GEAR"), job.components, strict=True)
        body = json.dumps(
            {
                "station": f"ST-{CODE}",
                "steps": [{"step": step, "value": value} for step, value in STEPS.items()],
                "consumptions": [{"step": step, "serial": serial} for step, serial in serials],
            }
        )
        address = f"/api/v1/units/{job.execution.unit.serial}/operations/{CODE}/complete"
        headers = self.headers | {"Idempotency-Key": str(uuid7())}
        try:
            self.connection.request("POST", address, body, headers)
            answer = self.connection.getresponse()
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            self.connection.close()  # idle too long for the server; the key makes a second try harmless
            self.connection.request("POST", address, body, headers)
            answer = self.connection.getresponse()
        content = answer.read()
        assert answer.status == 200, content


class Browser:
    """Asks for pages, one after the other, on one connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)

    def get(self, path: str, headers: dict[str, str]) -> int:
        """The status of the answer, once all of it is here."""
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status

    def close(self) -> None:
        self.connection.close()


class Timing:
    """What a series of acts took."""

    def __init__(self, seconds: Sequence[float], whole_s: float) -> None:
        self.seconds, self.whole_s = sorted(seconds), whole_s

    @property
    def p50_ms(self) -> float:
        return median(self.seconds) * 1000

    @property
    def quicker_ms(self) -> float:
        """A tenth takes less: what other programs of the machine disturb least."""
        return self.seconds[len(self.seconds) // 10] * 1000

    @property
    def p95_ms(self) -> float:
        return self.seconds[int(len(self.seconds) * 0.95)] * 1000

    @property
    def a_second(self) -> float:
        return len(self.seconds) / self.whole_s


def one_after_another(act: Callable[[Any], Any], jobs: Sequence[Any]) -> Timing:
    took = []
    begun = time.perf_counter()
    for job in jobs:
        before = time.perf_counter()
        act(job)
        took.append(time.perf_counter() - before)
    return Timing(took, time.perf_counter() - begun)


def side_by_side(acts: Sequence[Callable[[Any], Any]], jobs: Sequence[Any]) -> Timing:
    """Each act in a thread of its own, with its share of the jobs."""
    shares = [jobs[index :: len(acts)] for index in range(len(acts))]
    timings: list[Timing] = []
    ready = threading.Barrier(len(acts) + 1)

    def run(act: Callable[[Any], Any], share: Sequence[Any]) -> None:
        ready.wait()
        timings.append(one_after_another(act, share))

    threads = [threading.Thread(target=run, args=pair) for pair in zip(acts, shares, strict=True)]
    for thread in threads:
        thread.start()
    ready.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    whole = time.perf_counter() - begun
    assert len(timings) == len(acts), "a client failed"
    return Timing([s for timing in timings for s in timing.seconds], whole)
