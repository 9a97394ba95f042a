"""Steps of every kind over REST: tables, files, people, times, witnesses, signatures."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mes.kernel.audit.models import Signature
from tests.api.conftest import api_as
from tests.kinds import DIGEST, kinds_line
from tests.plant import PASSWORD, PIN
from tests.station.test_step_kinds import BORE, PNG
from wip.models import Reading

pytestmark = pytest.mark.django_db
WITNESS = {"badge": "B-0452", "pin": PIN}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def line(plant):
    return kinds_line(plant)


def record(api, line, *steps, **headers):
    return api.post(f"/units/{line.serial}/operations/10/record", {"station": "ST-10", "steps": list(steps)}, **headers)


def upload(api, content: bytes = PNG, **more):
    file = SimpleUploadedFile("seat.png", content)
    return Client().post("/api/v1/files", {"file": file} | more, headers={"authorization": f"Bearer {api.token}"})


def test_every_kind_is_recorded_in_one_request(line, api, plant):
    digest = upload(api).json()["digest"]
    answer = record(
        api,
        line,
        {"step": "CLEAN", "value": True},
        {"step": "GAP", "value": "1.2"},
        {"step": "BORE", "value": BORE},
        {"step": "LEAK", "value": "FAIL"},
        {"step": "CAUSE", "value": "O-ring"},
        {"step": "HELPER", "value": "tomasz"},
        {"step": "CURED", "value": "2026-11-23T09:30:00+01:00"},
        {"step": "PHOTO", "value": f"{digest} seat.png"},
        {"step": "SEAL", "value": True, "witness": WITNESS},
        {"step": "WEIGHT", "value": "12.5", "signature": {"meaning": "PERFORMED", "secret": PASSWORD}},
    )
    assert answer.status_code == 200, answer.json()
    unit = api.get(f"/units/{line.serial}").json()
    shown = {(one["step"], one["sample"]): one for one in unit["operations"][0]["readings"]}
    assert (shown["GAP", 1]["value"], shown["BORE", 5]["value"]) == ("1.20", "8.004")
    assert (shown["HELPER", 1]["name"], shown["PHOTO", 1]["name"]) == ("Tomasz Nowak", "seat.png")
    assert shown["CURED", 1]["value"] == "2026-11-23T08:30:00Z"
    assert (shown["SEAL", 1]["witnessed_by"], shown["GAP", 1]["witnessed_by"]) == ("tomasz", None)
    assert shown["WEIGHT", 1]["signature"] == str(Signature.objects.get(record=line.execution().pk).pk)


def test_a_file_is_stored_by_its_digest_and_served_once_it_is_recorded(line, api, plant):
    stored = upload(api)
    digest = hashlib.sha256(PNG).hexdigest()
    assert stored.json() == {"digest": digest, "media_type": "image/png", "size_b": len(PNG)}
    assert api.get(f"/files/{digest}").status_code == 404
    assert record(api, line, {"step": "PHOTO", "value": digest}).status_code == 200
    served = api.get(f"/files/{digest}")
    assert (b"".join(served.streaming_content), served["Content-Type"]) == (PNG, "image/png")
    plant.people["ruth"].site_access.all().update(site=plant.elsewhere)
    assert api_as(plant, "ruth").get(f"/files/{digest}").status_code == 404


def test_what_is_no_file_that_is_taken_is_refused(api):
    assert upload(api, b"<script>").json()["errors"][0]["what"] == "It is not a PDF, PNG or JPEG file."
    bearer = {"authorization": f"Bearer {api.token}"}
    assert Client().post("/api/v1/files", {"file": "text"}, headers=bearer).status_code == 422
    assert Client().post("/api/v1/files", {}, headers=bearer).status_code == 422
    assert api.post("/files", {"file": "x"}).status_code == 415


@pytest.mark.parametrize(
    ("step", "status", "code"),
    [
        ({"step": "SEAL", "value": True}, 422, "WITNESS_MISSING"),
        ({"step": "SEAL", "value": True, "witness": WITNESS | {"pin": "0000"}}, 403, "SECRET_WRONG"),
        ({"step": "SEAL", "value": True, "witness": WITNESS | {"badge": "B-0451"}}, 409, "WITNESS_REFUSED"),
        ({"step": "LOOK", "value": True, "witness": WITNESS}, 422, "INVALID_INPUT"),
        ({"step": "WEIGHT", "value": "1"}, 422, "SIGNATURE_MISSING"),
        ({"step": "CAUSE", "value": "x"}, 409, "STEP_NOT_ASKED"),
        ({"step": "PHOTO", "value": DIGEST}, 422, "INVALID_INPUT"),
        ({"step": "BORE", "value": [1, 2]}, 422, "INVALID_INPUT"),
        ({"step": "BORE", "value": [[1], 2, 3, 4, 5]}, 422, "INVALID_INPUT"),
        ({"step": "BORE", "value": [True, 2, 3, 4, 5]}, 422, "INVALID_INPUT"),
        ({"step": "CURED", "value": "2026-10-25T02:30"}, 422, "INVALID_INPUT"),
        ({"step": "HELPER", "value": "nobody"}, 422, "INVALID_INPUT"),
    ],
)
def test_what_a_step_refuses_is_a_problem_and_nothing_is_recorded(line, api, step, status, code):
    refused = record(api, line, step)
    assert (refused.status_code, refused.json()["code"]) == (status, code), refused.json()
    assert not Reading.objects.exists()


def test_a_repeated_request_is_the_same_whatever_pin_it_brings_and_never_kept(line, api):
    step = {"step": "SEAL", "value": True, "witness": WITNESS}
    first, second = (record(api, line, step, idempotency_key="seal-1") for _ in range(2))
    assert (first.status_code, second.status_code, second["Idempotent-Replayed"]) == (200, 200, "true")
    assert Reading.objects.count() == 1
