"""A client that speaks to the API as one of the plant's people, with a real bearer token."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from mes.kernel.door import open_door
from mes.people.actions.tokens import create_token
from tests.plant import NOW, Plant


@dataclass
class Api:
    """`api.post("/units/X/operations/10/start", {...})` -> Django's response."""

    token: str

    def get(self, path: str, **headers: str) -> Any:
        return Client().get(f"/api/v1{path}", headers=self._headers(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        data = body if isinstance(body, bytes) else json.dumps({} if body is None else body)
        return Client().post(f"/api/v1{path}", data, content_type="application/json", headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"} | {k.replace("_", "-"): v for k, v in more.items()}


def api_as(plant: Plant, who: str, *scopes: str) -> Api:
    with open_door(person=None, at=NOW):
        return Api(create_token(person=plant.people[who], scopes=list(scopes), name="test", by=None, at=NOW))


@pytest.fixture
def api(plant: Plant) -> Api:
    """The API as Amina, an operator."""
    return api_as(plant, "amina")
