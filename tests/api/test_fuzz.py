"""No request whatsoever makes the server fail, and every answer is one that the OpenAPI document describes."""

import json
import os
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from mes.kernel.door import open_door
from mes.wsgi import application
from tests.api.conftest import api_as
from wip.models import Hold, Reading

pytestmark = pytest.mark.slow

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 50  # a run of the night, for each operation of the API
STRINGS = Path(os.environ.get("MES_VECTORS", "../shared/vectors")) / "fuzz" / "blns.json"


@pytest.fixture
def plant(committed_plant):
    """Really committed: making up a request may take longer than a transaction may stay idle."""
    return committed_plant


@pytest.fixture
def real(plant) -> dict[str, str]:
    """Path parameters of records that exist: a started operation, a draft order, a hold."""
    unit = plant.unit()
    plant.start(unit, "20")
    placed = api_as(plant, "ines").post(
        "/holds", {"order": plant.order().erp_reference, "reason_code": "OTHER", "reason": "To be released"}
    )
    return {
        "serial": unit.serial,
        "code": "20",
        "erp_reference": plant.order().erp_reference,
        "number": placed.json()["number"],
    }


def test_every_answer_is_described(plant, real):
    plant.people["ines"].roles = ["supervisor", "integration"]
    with open_door(person=None):
        plant.people["ines"].save()
    headers = {"authorization": f"Bearer {api_as(plant, 'ines').token}"}
    described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    operations = [operation.ok() for operation in described.get_all_operations()]
    assert len(operations) >= 93  # fewer: some are not described any more
    for operation in operations:

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def answers_as_described(case):
            case.call_and_validate(headers=headers, checks=CHECKS)
            if case.path_parameters and case.path_parameters.keys() <= real.keys():
                case.path_parameters = {name: real[name] for name in case.path_parameters}
                case.call_and_validate(headers=headers, checks=CHECKS)

        answers_as_described()


@pytest.fixture
def naughty() -> list[str]:
    if not STRINGS.exists():
        if os.environ.get("MES_VECTORS"):
            pytest.fail(f"{STRINGS} is missing")
        pytest.skip(f"{STRINGS} is not here")
    return json.loads(STRINGS.read_text())


def test_a_naughty_string_is_stored_as_it_is_or_refused(plant, naughty):
    unit, api = plant.unit(), api_as(plant, "amina")
    plant.start(unit, "10")
    address, other = f"/units/{unit}/operations/10/record", plant.order().erp_reference
    first = {"step": "FIRMWARE", "value": "first"}
    assert api.post(address, {"station": "ST-10", "steps": [first]}).status_code == 200
    for text in naughty:
        step = {"step": "FIRMWARE", "value": text, "reason": "again"}
        recorded = api.post(address, {"station": "ST-10", "steps": [step]})
        _judge(recorded, text)
        if recorded.status_code == 200:
            assert Reading.objects.latest("id").value == text.strip()
        placed = api.post("/holds", {"order": other, "reason_code": "OTHER", "reason": text})
        _judge(placed, text)
        if placed.status_code == 201:
            assert Hold.objects.latest("id").reason == text.strip()


ADDRESSES = ("/units/{}", "/work-orders/{}", "/units?order={}", "/work-orders?text={}", "/holds?cursor={}")


def test_a_naughty_string_in_an_address_or_a_reference_is_refused(plant, naughty):
    api = api_as(plant, "erp")
    for text, address in zip(naughty, cycle(ADDRESSES), strict=False):
        order = {"erp_reference": text, "product": text, "quantity": text, "due_at": text, "site": text}
        _judge(api.post("/work-orders", order), text)
        _judge(api.get(address.format(quote(text, safe="", errors="surrogatepass"))), text)


def _judge(response: object, text: str) -> None:
    assert response.status_code < 500, text
    if response.status_code >= 400:
        assert response["Content-Type"] == "application/problem+json", text
