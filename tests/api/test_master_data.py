"""Products, routings, instructions and the life of their revisions over REST."""

from uuid import uuid4

import pytest

from mes.kernel.audit.models import AuditEvent, Signature
from orders.models import Instruction, InstructionRevision, Operation, Product, Routing, RoutingRevision
from tests.api.conftest import api_as
from tests.plant import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def engineer(plant):
    return api_as(plant, "hiroshi")


@pytest.fixture
def quality(plant):
    return api_as(plant, "mei")


def address(revision, kind="routing"):
    return f"/revisions/{kind}/{revision.pk if hasattr(revision, 'pk') else revision}"


def signed(digest, reason="ECO-12", secret=PASSWORD):
    return {"reason": reason, "signature": {"digest": digest, "secret": secret}}


def test_a_draft_is_copied_read_approved_and_released(plant, engineer, quality):
    made = engineer.post(f"{address(plant.routing)}/copy", {"reason": "CAPA-0041"})
    assert made.status_code == 201
    draft = made.json()
    assert (draft["revision"], draft["status"], draft["mistakes"]) == ("8", "DRAFT", [])
    assert [one["code"] for one in draft["operations"]] == ["10", "20", "30", "40"]
    assert {"before": "10", "after": "30"}.items() <= draft["edges"][0].items()
    approved = engineer.post(f"{address(draft['id'])}/approve", signed(draft["digest"]))
    assert (approved.status_code, approved.json()["approved_by"]) == (200, "hiroshi")
    released = quality.post(f"{address(draft['id'])}/release", signed(draft["digest"]))
    assert (released.status_code, released.json()["released_by"]) == (200, "mei")
    assert Signature.objects.filter(record=draft["id"]).count() == 2
    reasons = AuditEvent.objects.filter(record=draft["id"]).values_list("reason", flat=True)
    assert set(reasons) == {"CAPA-0041", "ECO-12"}


def test_a_repeated_approval_signs_once(plant, engineer):
    draft = engineer.post(f"{address(plant.routing)}/copy", {"reason": "x"}).json()
    body = signed(draft["digest"])
    first, again = (engineer.post(f"{address(draft['id'])}/approve", body, idempotency_key="a-1") for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (200, 200, "true")
    assert Signature.objects.filter(record=draft["id"]).count() == 1


@pytest.mark.parametrize(
    ("verb", "change", "status", "code"),
    [
        ("approve", {"signature": {"digest": "0" * 64, "secret": PASSWORD}}, 409, "SIGNATURE_VOID"),
        ("approve", {"signature": {"digest": "0" * 64, "secret": "wrong"}}, 403, "SECRET_WRONG"),
        ("approve", {"signature": {"secret": PASSWORD}}, 422, None),
        ("approve", {"signature": "x"}, 422, None),
        ("approve", {"reason": " "}, 422, None),
        ("approve", {"more": 1}, 422, None),
        ("release", {}, 403, "ROLE_MISSING"),
        ("retire", {}, 403, "ROLE_MISSING"),
        ("explode", {}, 404, None),
    ],
)
def test_what_may_not_be_is_a_problem_and_changes_nothing(plant, engineer, verb, change, status, code):
    draft = engineer.post(f"{address(plant.routing)}/copy", {"reason": "x"}).json()
    refused = engineer.post(f"{address(draft['id'])}/{verb}", signed(draft["digest"]) | change)
    assert refused.status_code == status, refused.content
    assert code is None or refused.json()["code"] == code
    assert RoutingRevision.objects.get(pk=draft["id"]).is_draft


def test_mistakes_are_told_when_reading_and_when_approving(plant, engineer):
    with plant.door("hiroshi"):
        draft = RoutingRevision.objects.create(routing=plant.routing.routing, number=8)
    read = engineer.get(address(draft)).json()
    assert read["mistakes"][0]["what"] == "The routing has no operation."
    refused = engineer.post(f"{address(draft)}/approve", signed(read["digest"]))
    assert (refused.status_code, refused.json()["code"]) == (409, "NOT_RELEASABLE")
    assert refused.json()["errors"] == read["mistakes"]


def test_the_life_after_release(plant, quality):
    ended = quality.post(f"{address(plant.routing)}/end-effectivity", {"on": "2030-01-31", "reason": "ECO-7"})
    assert (ended.status_code, ended.json()["effective_to"]) == (200, "2030-01-31")
    assert quality.post(f"{address(plant.routing)}/end-effectivity", {"reason": "x"}).status_code == 422
    assert quality.post(f"{address(plant.routing)}/send-back", {"reason": "x"}).status_code == 409
    retired = quality.post(f"{address(plant.routing)}/retire", {"reason": "Superseded"})
    assert (retired.status_code, retired.json()["status"]) == (200, "OBSOLETE")


def test_an_approved_revision_is_sent_back(plant, engineer, quality):
    draft = engineer.post(f"{address(plant.pump, 'product')}/copy", {"reason": "x"}).json()
    engineer.post(f"{address(draft['id'], 'product')}/approve", signed(draft["digest"]))
    back = quality.post(f"{address(draft['id'], 'product')}/send-back", {"reason": "Limit is missing"})
    assert (back.status_code, back.json()["status"], back.json()["approved_by"]) == (200, "DRAFT", None)


def test_differences_are_told_field_by_field(plant, engineer):
    draft = engineer.post(f"{address(plant.routing)}/copy", {"reason": "x"}).json()
    with plant.door("hiroshi"):
        step = RoutingRevision.objects.get(pk=draft["id"]).operations.get(code="40").steps.get()
        step.upper = "0.25"
        step.save()
    told = engineer.get(f"{address(draft['id'])}/differences").json()
    assert told["against"] == str(plant.routing.pk)
    (change,) = told["changes"]
    assert (change["kind"], change["name"], change["within"], change["what"]) == ("step", "40 LEAK", "40", "changed")
    assert change["fields_changed"] == [{"label": "Upper", "before": "0.3", "after": "0.25"}]
    same = engineer.get(f"{address(draft['id'])}/differences?against={draft['id']}").json()
    assert same["changes"] == []
    assert engineer.get(f"{address(draft['id'])}/differences?against={uuid4()}").status_code == 422


def test_products_are_found_and_read_with_bill_tree_and_use(plant, engineer):
    found = engineer.get("/products?text=pump&limit=1").json()
    assert [one["code"] for one in found["results"]] == ["IP2"]
    assert engineer.get("/products?tracking=LOT").json()["results"][0]["code"] == "M3X8"
    assert [one["revision"] for one in engineer.get("/products/IP2").json()["revisions"]] == ["C"]
    lines = engineer.get("/products/IP2/revisions/C").json()["bom_lines"]
    assert [(one["operation_code"], one["component"], one["quantity"]) for one in lines] == [
        ("10", "PCB-7", "1"),
        ("30", "M3X8", "6"),
    ]
    tree = engineer.get("/products/IP2/revisions/C/tree").json()
    assert [one["product"] for one in tree["lines"]] == ["PCB-7", "M3X8"]
    used = engineer.get("/products/M3X8/where-used").json()
    assert [(one["product"], one["revision"]) for one in used["lines"]] == [("IP2", "C")]


def test_a_product_whose_code_no_address_can_carry_is_read_by_its_id(plant, engineer):
    with plant.door("hiroshi"):
        odd = Product.objects.create(code="1/4 inch", name="Quarter")
    assert engineer.get(f"/products/{odd.pk}").json()["code"] == "1/4 inch"
    assert engineer.get("/products/NO-SUCH").status_code == 404
    assert engineer.get("/products/IP2/revisions/ZZ").status_code == 404


def test_pages_of_products_follow_each_other_and_miss_none(plant, engineer):
    codes, address = [], "/products?limit=1"
    while address:
        page = engineer.get(address).json()
        codes += [one["code"] for one in page["results"]]
        address = (page["next"] or "").partition("/api/v1")[2]
    assert codes == ["IP2", "M3X8", "PCB-7"]


def test_routings_of_other_sites_are_not_there(plant, engineer):
    with plant.door("omar"):
        there = Routing.objects.create(product=plant.board, site=plant.elsewhere, name="Elsewhere")
        revision = RoutingRevision.objects.create(routing=there, number=1)
    assert [one["name"] for one in engineer.get("/routings").json()["results"]] == ["IP2 assembly"]
    assert engineer.get(f"/routings/{there.pk}").status_code == 404
    assert engineer.get(address(revision)).status_code == 404
    assert engineer.get(f"/routings/{plant.routing.routing_id}").json()["product"] == "IP2"
    assert engineer.get("/routings?product=IP2&site=NF").json()["results"][0]["revisions"][0]["revision"] == "7"


def test_instructions_are_read_with_their_text(plant, engineer):
    with plant.door("hiroshi"):
        seam = InstructionRevision.objects.create(
            instruction=Instruction.objects.create(code="seam", name="Close the seam"), number=1, body="Press."
        )
    assert engineer.get("/instructions?text=sea").json()["results"][0]["code"] == "seam"
    read = engineer.get(address(seam, "instruction")).json()
    assert (read["body"], read["files"]) == ("Press.", [])
    assert engineer.post(f"{address(seam, 'instruction')}/copy", {"reason": "x"}).json()["revision"] == "2"


def test_a_standard_operation_is_inserted(plant, engineer):
    with plant.door("hiroshi"):
        library = RoutingRevision.objects.create(
            routing=Routing.objects.create(site=plant.site, name="Standards"), number=1
        )
        clean = Operation.objects.create(
            routing_revision=library, code="CLEAN", name="Clean", station_class=plant.stations["10"].station_class
        )
    plant.approve_and_release(library)
    draft = engineer.post(f"{address(plant.routing)}/copy", {"reason": "x"}).json()
    insert = f"{address(draft['id'])}/insert"
    body = {"operation": str(clean.pk), "code": "05", "reason": "ECO-9"}
    assert "05" in [one["code"] for one in engineer.post(insert, body).json()["operations"]]
    assert engineer.post(insert, body).status_code == 409
    assert engineer.post(insert, body | {"code": "low"}).status_code == 422
    assert engineer.post(insert, body | {"operation": str(uuid4())}).status_code == 404
    own = Operation.objects.filter(routing_revision=plant.routing).first()
    assert engineer.post(insert, body | {"operation": str(own.pk)}).status_code == 409
