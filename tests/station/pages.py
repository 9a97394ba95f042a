"""A browser at a station, without the browser: Django's test client with the station's cookie."""

import json
import re
from uuid import uuid4

from django.test import Client

from mes.station.actions import logons
from mes.station.queries import device_of_token
from mes.station.views.presence import COOKIE
from tests.plant import PIN


class StationPage:
    """One registered browser. Posts carry a fresh idempotency key unless one is given; answers are what htmx gets."""

    def __init__(self, plant, code: str = "30") -> None:
        self.plant, self.code = plant, code
        self.station = plant.stations[code]
        self.client = Client()
        with plant.door("ines") as passage:
            token = logons.register_device(station=self.station, by=passage.person, at=passage.at)
        self.client.cookies[COOKIE], self.device = token, device_of_token(token)

    def get(self, path: str = "", *, htmx: bool = False):
        return self.client.get(f"/station/{path}", headers={"HX-Request": "true"} if htmx else {})

    def post(self, path: str, *, htmx: bool = True, key: str = "", **content):
        content = {name: value for name, value in content.items() if value is not None}
        return self.client.post(
            f"/station/{path}",
            {"idempotency_key": key or str(uuid4()), **content},
            headers={"HX-Request": "true"} if htmx else {},
        )

    def log_on(self, name: str = "amina", pin: str = PIN, **more):
        return self.post("log-on/", badge=self.plant.people[name].badge, pin=pin, **more)

    def scan(self, code: str, **more):
        return self.post("scan/", code=code, **more)

    def start(self, unit, code: str = "") -> str:
        """Start the operation; returns the path of its work page below /station/."""
        answer = self.post("start/", unit=unit.serial, operation=code or self.code)
        assert answer.status_code == 200, answer.content.decode()
        return answer["HX-Replace-Url"].removeprefix("/station/")

    def record(self, work: str, step: str, value: str, sample: int = 1, **more):
        return self.post(f"{work}record/", step=step, value=value, sample=sample, **more)


def text(response) -> str:
    """What a person reads in the answer, blanks made single."""
    words = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", words).replace("&#x27;", "'").replace("&quot;", '"')


def accepted(response) -> str:
    """The sentence that the answer confirms with."""
    return json.loads(response["HX-Trigger"])["accepted"]["message"]


def is_refused(response, status: int = 409) -> bool:
    """Whether the answer is a band with what, why, do, laid over the page."""
    return response.status_code == status and response["HX-Retarget"] == "#refusal"
