"""Office users with a browser, and what they post."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client


@dataclass
class Desk:
    """A logged-in office user. Every post carries a key of its own unless one is given."""

    client: Client

    def get(self, path: str, **more) -> HttpResponse:
        return self.client.get(path, **more)

    def post(self, path: str, key: str = "", headers=None, **content) -> HttpResponse:
        return self.client.post(path, {"idempotency_key": key or str(uuid4()), **content}, headers=headers)


@pytest.fixture
def desk_of(plant) -> Callable[[str], Desk]:
    def desk(name: str) -> Desk:
        client = Client(raise_request_exception=True)
        client.force_login(plant.people[name])
        return Desk(client)

    return desk


@pytest.fixture
def ines(desk_of) -> Desk:
    """The supervisor's browser."""
    return desk_of("ines")
