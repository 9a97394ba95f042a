"""A token of some sites sees and does what a person of those sites would, at every address; never more than its own."""

from dataclasses import dataclass
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse

from equipment.actions import reasons
from equipment.models import Area, Calendar, ClearanceItem, HelpCall, ReasonTree, SiteAccess
from genealogy.models import Container, Unit
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Role
from mes.people.actions.tokens import create_token
from mes.plantfiles.folders import zip_of
from orders.models import WorkOrder
from tests.api.conftest import Api
from tests.machine_floor import counter, happens, press
from tests.permits import YOURS, grant
from tests.plant import NOW, PASSWORD, PIN, Plant
from tests.test_authorisation import addresses, samples  # noqa: F401 - a fixture
from wip.models import HandoverNote, Hold

pytestmark = pytest.mark.django_db

# What belongs to no site, and whose rows everybody sees; gates count per site, which is asked below.
OF_THE_ENTERPRISE = {"api_products", "api_instructions", "api_qualifications"}
OF_THE_ENTERPRISE |= {
    "api_openapi",
    "api_nothing_here",
    "api_gates",
    "api_plant_files",
}  # of each a test below, or no rows
# What is asked for by a code or a serial: refused where there is none.
OF_ONE_THING = {"api_schedule", "api_schedule_proposal", "api_hold_preview"}
ASKED = {
    "api_schedule": "?work_center=LINE-1",
    "api_schedule_proposal": "?work_center=LINE-1",
    "api_hold_preview": "?unit={unit}",
    "api_labor": "?from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z",
}
# Their first row is about whoever asks: the account that has both sites.
ALSO_OWN = {"api_people": 1}


@dataclass
class Tokens:
    """One account with every role at both sites, by a token of each kind."""

    unlimited: Api
    here: Api
    there: Api


def token_at(plant: Plant, *sites: str, who: str = "erp") -> Api:
    with open_door(person=None, at=NOW):
        person = Person.objects.get(pk=plant.people[who].pk)
        return Api(create_token(person=person, sites=sites, name="test", by=None, at=NOW))


@pytest.fixture
def tokens(plant) -> Tokens:
    with open_door(person=None, at=NOW):
        account = plant.people["erp"]
        account.roles = list(Role.values)
        account.save()
        SiteAccess.objects.create(person=account, site=plant.elsewhere)
    return Tokens(token_at(plant), token_at(plant, "NF"), token_at(plant, "SF"))


@pytest.fixture
def filled(plant, samples, tokens) -> dict[str, object]:  # noqa: F811
    """Something at Northfield for every list there is -> a value for each parameter of an address."""
    with plant.door("hiroshi") as passage:
        ClearanceItem.objects.create(station=plant.stations["40"], position=1, text="Empty")
        Area.objects.create(site=plant.site, code="A-1", name="Assembly")
        Calendar.objects.create(site=plant.site, code="DAYS", name="Days")
        Container.objects.create(site=plant.site, code="TRAY-1", kind="Tray")
        tree = reasons.draft(site=plant.site, area=None, kind="DOWNTIME", by=passage.person, at=passage.at)
        reasons.write(tree=tree, text="TOOL Broken tool", by=passage.person, at=passage.at)
    with plant.door("mei") as passage:
        reasons.release(tree=tree, by=passage.person, at=passage.at)
    happens(plant, counter(press(plant, account="", code="COUNTING"), plant.stations["10"]))
    permit = grant(plant)
    unit, other = plant.unit(), plant.unit()
    assert tokens.here.post(f"/units/{unit}/operations/30/start", {"station": "ST-30"}).status_code == 409
    plant.start(unit, "10", "tomasz")
    passing = {"gate": YOURS, "reason": "Lunch", "badge": "B-0453", "pin": PIN}
    body = {"station": "ST-10", "steps": [{"step": "FIRMWARE", "value": "4.2"}], "overrides": [passing]}
    assert tokens.here.post(f"/units/{unit}/operations/10/record", body).status_code == 200
    signature = {"meaning": "VERIFIED", "secret": PASSWORD}
    clearing = {"station": "ST-40", "unit": other.serial, "ticked": [1], "signature": signature}
    assert tokens.here.post("/line-clearances", clearing).status_code == 201
    with_codes = ("api_container", "api_container_load", "api_container_unload", "api_container_move")
    return samples | {name: {"code": "TRAY-1"} for name in with_codes} | {"api_permit": {"number": permit.number}}


def path_of(name: str, parameters: list[str], filled: dict) -> str:
    values = filled | filled.get(name, {})
    path = reverse(name, kwargs={parameter: values[parameter] for parameter in parameters})
    return path.removeprefix("/api/v1") + ASKED.get(name, "").format(unit=filled["serial"])


def api_addresses() -> list[tuple[str, list[str]]]:
    return [(name, parameters) for name, parameters in sorted(addresses()) if name.startswith("api_")]


def rows_in(answer) -> int:
    said = answer.json()
    return len(next(rows for rows in said.values() if isinstance(rows, list)) if isinstance(said, dict) else said)


def test_a_token_of_one_site_sees_no_row_of_another_in_any_list(tokens, filled):
    wrong, seen = [], 0
    for name, parameters in api_addresses():
        if parameters or name in OF_THE_ENTERPRISE:
            continue
        path = path_of(name, [], filled)
        everywhere, here, there = (api.get(path) for api in (tokens.unlimited, tokens.here, tokens.there))
        if everywhere.status_code == 405:
            continue
        seen += 1
        if everywhere.status_code != 200 or rows_in(here) != rows_in(everywhere):
            wrong.append(f"{name}: {everywhere.content[:200]!r}, at its site {here.content[:200]!r}")
        elif name in OF_ONE_THING:
            if there.status_code not in (404, 422):
                wrong.append(f"{name}: {there.content[:200]!r}")
        elif not rows_in(here) > rows_in(there) == ALSO_OWN.get(name, 0):
            wrong.append(f"{name}: {rows_in(here)} rows at its site, {rows_in(there)} at the other")
    assert not wrong, "\n".join(wrong)
    assert seen >= 26


def test_a_token_of_one_site_finds_no_record_of_another(tokens, filled):
    shared = {"api_product", "api_product_revision", "api_product_tree", "api_where_used", "api_instruction"}
    seen, wrong = 0, []
    for name, parameters in api_addresses():
        if not parameters or name in shared:
            continue
        path = path_of(name, parameters, filled)
        if tokens.here.get(path).status_code == 200:
            seen += 1
            if (status := tokens.there.get(path).status_code) != 404:
                wrong.append(f"{name}: {status}")
    assert not wrong, "\n".join(wrong)
    assert seen >= 20


def test_a_token_answers_at_every_address_as_a_person_of_its_sites_does(plant, tokens, filled):
    """GET and bare POST alike: the token of Southfield, and the same account once Southfield is all it has."""
    by_token = {
        (name, method): getattr(tokens.there, method)(path_of(name, parameters, filled))
        for name, parameters in api_addresses()
        for method in ("get", "post")
        if name not in ("api_plant_files", "api_openapi", "api_instruction")  # which the bare POST beside it confirms
    }
    with open_door(person=None, at=NOW):
        SiteAccess.objects.filter(person=plant.people["erp"], site=plant.site).delete()
    parameters_of = dict(api_addresses())
    for (name, method), answer in by_token.items():
        as_person = getattr(tokens.unlimited, method)(path_of(name, parameters_of[name], filled))
        assert (answer.status_code, answer.content) == (as_person.status_code, as_person.content), (name, method)


VERBS = {
    "/holds": {"unit": "{serial}", "reason_code": "OTHER", "reason": "Scratch"},
    "/units/{serial}/operations/10/start": {"station": "ST-10"},
    "/units/{serial}/operations/20/pause": {"station": "ST-20"},
    "/work-orders/{erp_reference}/cancel": {"reason": "Not wanted"},
    "/containers/TRAY-1/move": {"station": "ST-10"},
    "/help-calls": {"station": "ST-20", "kind": "MATERIAL"},
    "/handover-notes": {"station": "ST-20", "note": "Mind it"},
    "/lots": {"site": "NF", "product": "M3X8", "quantity": 5},
    "/reason-trees": {"site": "NF", "kind": "HOLD"},
    "/work-orders": {
        "erp_reference": "WO-NEW",
        "product": "IP2",
        "quantity": 1,
        "due_at": "2030-01-31",
        "site": "NF",
    },
    "/people": {"username": "new", "full_name": "New", "roles": ["operator"], "sites": ["NF"]},
    "/people/tomasz/disable": {"reason": "Left"},
}


def test_a_verb_on_what_is_at_another_site_is_refused_and_does_nothing(tokens, filled):
    def there_is() -> list[int]:
        counted = (WorkOrder, Hold, Unit, HelpCall, HandoverNote, ReasonTree, Person.objects.filter(is_active=True))
        return [of.count() if isinstance(of, QuerySet) else of.objects.count() for of in counted]

    for address, body in VERBS.items():
        path, before = address.format(**filled), there_is()
        sent = {name: value.format(**filled) if isinstance(value, str) else value for name, value in body.items()}
        refused = tokens.there.post(path, sent)
        assert refused.status_code in (403, 404, 422), (address, refused.content)
        assert there_is() == before, address
        allowed = tokens.here.post(path, sent)  # which shows that it was the site
        assert (
            allowed.status_code in (200, 201) or "blockers" in allowed.json() or allowed.json()["code"] == "NOT_ON_JOB"
        ), (address, allowed.content)


def test_gates_count_what_they_refused_at_the_sites_of_the_token(tokens, filled):
    def refused(api: Api) -> int:
        return sum(gate["refused_24_h"] for gate in api.get("/gates").json()["results"])

    assert refused(tokens.here) == refused(tokens.unlimited) > refused(tokens.there) == 0


def test_a_token_never_gives_a_site_that_its_person_lacks(plant, tokens):
    assert {one["code"] for one in tokens.here.get("/stations").json()["results"]} == {
        "ST-10",
        "ST-20",
        "ST-30",
        "ST-40",
    }
    with open_door(person=None, at=NOW):
        SiteAccess.objects.filter(person=plant.people["erp"], site=plant.site).delete()
    assert tokens.here.get("/stations").json()["results"] == []  # and not: of all that is left
    assert tokens.here.get("/people").json()["results"] == []
    with open_door(person=None, at=NOW):
        SiteAccess.objects.create(person=plant.people["erp"], site=plant.site)
    assert len(tokens.here.get("/stations").json()["results"]) == 4


def test_what_an_unlimited_token_did_is_not_repeated_to_a_narrower_one(tokens):
    order = {"erp_reference": "WO-KEY", "product": "IP2", "quantity": 1, "due_at": "2030-01-31", "site": "NF"}
    assert tokens.unlimited.post("/work-orders", order, idempotency_key="k-1").status_code == 201
    assert tokens.unlimited.post("/work-orders", order, idempotency_key="k-1")["Idempotent-Replayed"] == "true"
    assert tokens.there.post("/work-orders", order, idempotency_key="k-1").json()["code"] == "KEY_REUSED"


def test_plant_files_come_and_go_for_the_sites_of_the_token_alone(plant, tokens):
    def files(api: Api) -> dict[str, bytes]:
        archive = ZipFile(BytesIO(api.get("/plant-files").content))
        return {name.removeprefix("plant/"): archive.read(name) for name in archive.namelist()}

    here, there = files(tokens.here), files(tokens.there)
    assert ("sites/NF.yaml" in here, "sites/SF.yaml" in here) == (True, False)
    assert ("sites/NF.yaml" in there, any(name.startswith("stations/") for name in there)) == (False, False)
    mark = {name: content for name, content in here.items() if "/" not in name}
    both = here["people/tomasz.yaml"].replace(b"sites: [NF]", b"sites: [NF, SF]")
    assert b"SF" in both
    for sent, what in [
        ({"sites/SF.yaml": b"code: SF\nname: Sunfield\ntime_zone: UTC\n"}, "no access to the site SF"),
        ({"sites/WF.yaml": b"code: WF\nname: Westfield\ntime_zone: UTC\n"}, "no access to the site WF"),
        (
            {"people/tomasz.yaml": both},
            "no access to the site SF",
        ),
    ]:
        refused = posted(tokens.here, mark | sent)
        assert (refused.status_code, what in refused.content.decode()) == (422, True), refused.content
        assert posted(tokens.unlimited, mark | sent).status_code == 200


def posted(api: Api, files: dict[str, bytes]):
    sent = {"file": SimpleUploadedFile("plant.zip", zip_of(files), content_type="application/zip")}
    return Client().post("/api/v1/plant-files?dry_run=true", sent, headers={"authorization": f"Bearer {api.token}"})
