"""Plant files on screen and over REST: preview, import, download; who may, and what of it."""

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mes.kernel.personnel.roles import Role
from mes.plantfiles.folders import read_zip, zip_of
from mes.plantfiles.kinds import KINDS
from mes.plantfiles.writing import export
from orders.models import Product
from tests.api.conftest import api_as

NEW = {"plant.yaml": b"format: 1\n", "products/VALVE.yaml": b"code: VALVE\nname: Valve\n"}
WRONG = NEW | {"products/CAP.yaml": b"code: CAP\nname: Cap\ntracking: NOSE\n"}


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def hiroshi(plant) -> Client:
    client = Client()
    client.force_login(plant.people["hiroshi"])
    return client


def upload(files, name="plant.zip"):
    content = files if isinstance(files, bytes) else zip_of(files)
    return SimpleUploadedFile(name, content, "application/zip")


def previewed(client, files):
    return client.post("/plant-files/", {"file": upload(files)})


def confirmed(client, page, key=""):
    ticket = page.context["ticket"]
    return client.post("/plant-files/", {"ticket": ticket, "name": "plant.zip", "idempotency_key": key or str(uuid4())})


def test_the_preview_changes_nothing_and_the_confirmation_does(plant, hiroshi):
    page = previewed(hiroshi, NEW)
    text = page.content.decode()
    assert page.status_code == 200
    assert "Make 1 change<" in text
    assert re.search(r"products/VALVE.yaml:1</code></th><td>new product VALVE", text)
    assert not Product.objects.filter(code="VALVE").exists()
    key = str(uuid4())
    assert "Imported:" in confirmed(hiroshi, page, key).content.decode()
    assert Product.objects.get(code="VALVE").name == "Valve"
    assert confirmed(hiroshi, page, key).status_code == 200  # a second press
    assert "Nothing to import" in previewed(hiroshi, NEW).content.decode()


def test_mistakes_are_listed_by_file_and_line(plant, hiroshi):
    page = previewed(hiroshi, WRONG)
    assert page.status_code == 422
    assert "products/CAP.yaml:3" in page.content.decode()
    assert previewed(hiroshi, b"PK no zip").status_code == 422
    assert hiroshi.post("/plant-files/").status_code == 422
    assert not Product.objects.filter(code="VALVE").exists()


def test_a_ticket_is_its_uploaders(plant, hiroshi):
    page = previewed(hiroshi, NEW)
    omar = Client()
    omar.force_login(plant.people["omar"])
    assert confirmed(omar, page).status_code == 422
    forged = {"ticket": "x", "name": "x", "idempotency_key": str(uuid4())}
    assert hiroshi.post("/plant-files/", forged).status_code == 422


def test_the_download_is_what_the_person_may_see(plant, hiroshi):
    everything = export(KINDS, None)
    engineer = read_zip(hiroshi.get("/plant-files/download/").content)
    assert not [name for name in engineer if name.startswith("people/")]
    assert "sites/SF.yaml" in everything
    assert "sites/SF.yaml" not in engineer
    assert engineer["routings/NF/IP2.yaml"] == everything["routings/NF/IP2.yaml"]
    omar = Client()
    omar.force_login(plant.people["omar"])
    assert "people/amina.yaml" in read_zip(omar.get("/plant-files/download/").content)
    # What one downloads, one can import again: nothing changes.
    assert "Nothing to import" in previewed(hiroshi, engineer).content.decode()
    assert "Nothing to import" in previewed(omar, read_zip(omar.get("/plant-files/download/").content)).content.decode()


def api_post(api, files, query="", **headers):
    url = f"/api/v1/plant-files{query}"
    return Client().post(url, {"file": upload(files)}, headers={"authorization": f"Bearer {api.token}", **headers})


def test_the_same_over_rest(plant):
    api = api_as(plant, "hiroshi")
    dry = api_post(api, NEW, "?dry_run=true")
    assert (dry.status_code, dry.json()["applied"]) == (200, False)
    assert not Product.objects.filter(code="VALVE").exists()
    key = {"idempotency-key": "k-1"}
    done = api_post(api, NEW, **key)
    assert done.json()["counts"] == {"products": {"created": 1, "updated": 0, "unchanged": 0}}
    again = api_post(api, NEW, **key)
    assert (again.headers["Idempotent-Replayed"], again.json()) == ("true", done.json())
    assert api_post(api, WRONG, **key).status_code == 422  # the key stands for the other zip
    wrong = api_post(api, WRONG)
    assert (wrong.status_code, wrong.json()["errors"][0]["where"]) == (422, "products/CAP.yaml:3")
    assert "products/VALVE.yaml" in read_zip(api.get("/plant-files").content)
    assert api_post(api_as(plant, "amina"), NEW).status_code == 403


def test_an_engineer_makes_nobody_an_administrator(plant, hiroshi):
    king = {"plant.yaml": b"format: 1\n", "people/eve.yaml": b"username: eve\nfull_name: Eve\nroles: [administrator]\n"}
    assert "people.edit" in previewed(hiroshi, king).content.decode()
    assert Role.ADMINISTRATOR not in plant.people["hiroshi"].roles


PROFILE = b"site: NF\ncode: UA\nname: Servers\nuser_name: mes\n"
SECURED = {"plant.yaml": b"format: 1\n", "security-profiles/UA.yaml": PROFILE}


def test_a_secret_that_is_missing_is_named_before_and_after(plant, hiroshi):
    said = [
        "security profile NF UA: Its private key is not here",
        "security profile NF UA: The password of mes is not here",
    ]
    page = previewed(hiroshi, SECURED)
    for text in (page.content.decode(), confirmed(hiroshi, page).content.decode()):
        assert "Secrets that are missing here" in text
        assert all(sentence in text for sentence in said)
    assert "Secrets that are missing here" in previewed(hiroshi, SECURED).content.decode(), "also where nothing changes"
    answer = api_post(api_as(plant, "hiroshi"), SECURED, "?dry_run=true")
    assert [one["what"][:40] for one in answer.json()["missing"]] == [sentence[:40] for sentence in said]


def test_machines_of_a_site_that_is_not_yours_are_not_imported(plant, hiroshi):
    there = {
        "plant.yaml": b"format: 1\n",
        "connections/X.yaml": b"site: SF\ncode: X\nname: X\nkind: MODBUS\naddress: x:1\n",
    }
    page = previewed(hiroshi, there)
    assert page.status_code == 422
    assert "has no access to the site SF" in page.content.decode()
