"""The desk pages of master data: what a revision says and changes, its life by people who sign, its history."""

import pytest
from django.urls import reverse

from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import AuditEvent, Signature
from orders.actions import drafts
from orders.content import digest_of, shown
from orders.models import (
    Instruction,
    InstructionRevision,
    Operation,
    OperationEdge,
    ProductRevision,
    Routing,
    RoutingRevision,
)
from tests.plant import PASSWORD

pytestmark = pytest.mark.django_db
KEY = "0b7c1a52-f8d1-4a5e-b3a1-3f4e0c7c2d11"


@pytest.fixture
def draft(plant) -> RoutingRevision:
    """The next revision of the pump's routing: another limit, another operation."""
    with plant.door("hiroshi", reason="CAPA-0041") as passage:
        draft = drafts.copy_routing_revision(revision=plant.routing, by=passage.person, at=passage.at)
    with plant.door("hiroshi", reason="Limit by the study of May") as passage:
        step = draft.operations.get(code="40").steps.get()
        step.upper = "0.25"
        step.save()
    return draft


def page(client, plant, name, *args, who="hiroshi", **query):
    client.force_login(plant.people[who])
    return client.get(reverse(name, args=args), query)


def post(client, plant, who, revision, verb, **fields):
    kind = {ProductRevision: "product", RoutingRevision: "routing", InstructionRevision: "instruction"}[type(revision)]
    client.force_login(plant.people[who])
    given = {"idempotency_key": KEY, "reason": "ECO-12", **fields}
    return client.post(reverse("revision_act", args=[kind, revision.pk, verb]), given)


def test_a_draft_shows_what_changes_in_words(client, plant, draft):
    text = page(client, plant, "revision", "routing", draft.pk).content.decode()
    assert "What changes against IP2 assembly, revision 7" in text
    assert "step 40 LEAK" in text
    assert "<del>0.3</del>" in text
    assert "<ins>0.25</ins>" in text
    assert "No mistake" in text
    assert digest(shown(draft))[:4] in text


def test_an_engineer_approves_and_quality_releases_from_the_page(client, plant, draft):
    seen = page(client, plant, "revision", "routing", draft.pk).context["digest"]
    answer = post(client, plant, "hiroshi", draft, "approve", digest=seen, password=PASSWORD)
    assert answer.status_code == 302, answer.content
    draft.refresh_from_db()
    assert draft.status == "APPROVED"
    assert "Release" in page(client, plant, "revision", "routing", draft.pk, who="mei").content.decode()
    post(client, plant, "mei", draft, "release", digest=seen, password=PASSWORD)
    draft.refresh_from_db()
    assert (draft.status, draft.released_by) == ("RELEASED", plant.people["mei"])
    assert Signature.objects.filter(record=draft.pk).count() == 2


def test_every_kind_of_revision_shows_who_signed_it(client, plant):
    product = ProductRevision.objects.create(product=plant.board, code="B")
    instruction = InstructionRevision.objects.create(
        instruction=Instruction.objects.create(code="weigh", name="Weigh"), number=1, body="Weigh it."
    )
    for kind, revision in (("product", product), ("instruction", instruction)):
        plant.approve_and_release(revision)
        shown = page(client, plant, "revision", kind, revision.pk)
        assert shown.status_code == 200
        assert shown.content.decode().count("digest") >= 2
        assert str(Signature.objects.filter(record=revision.pk).first().signed_by) in shown.content.decode()


def test_a_released_routing_is_copied_to_a_draft_with_all_its_rows(client, plant):
    answer = post(client, plant, "hiroshi", plant.routing, "copy", reason="CAPA-0041")
    draft = RoutingRevision.objects.get(number=8)
    assert answer.url == reverse("revision", args=["routing", draft.pk])
    assert draft.is_draft
    assert [o.code for o in draft.operations.all()] == ["10", "20", "30", "40"]
    assert {str(edge) for edge in draft.edges.all()} == {"10 → 30", "20 → 30", "30 → 40"}
    assert draft.operations.get(code="30").steps.count() == 3
    events = AuditEvent.objects.filter(table_name="orders_routingrevision", record=str(draft.pk))
    assert {event.reason for event in events} == {"CAPA-0041"}


def test_a_product_revision_is_copied_with_the_next_code(client, plant):
    post(client, plant, "hiroshi", plant.pump, "copy")
    assert ProductRevision.objects.get(product=plant.pump.product, code="D").bom_lines.count() == 2


def test_an_act_needs_a_reason(client, plant):
    answer = post(client, plant, "hiroshi", plant.routing, "copy", reason="  ")
    assert answer.status_code == 422
    assert RoutingRevision.objects.count() == 1


def test_a_second_press_does_nothing_more(client, plant, draft):
    for _ in range(2):
        post(client, plant, "hiroshi", draft, "copy")
    assert RoutingRevision.objects.filter(routing=draft.routing).count() == 3


@pytest.mark.parametrize(
    ("who", "verb", "fields", "status"),
    [
        ("hiroshi", "approve", {"password": "wrong wrong wrong"}, 403),
        ("hiroshi", "approve", {"password": PASSWORD, "digest": "f" * 64}, 409),
        ("hiroshi", "approve", {}, 422),
        ("hiroshi", "release", {"password": PASSWORD}, 403),
        ("mei", "approve", {"password": PASSWORD}, 403),
        ("mei", "release", {"password": PASSWORD}, 409),
        ("mei", "retire", {}, 409),
        ("mei", "end", {"on": "31.31.2026"}, 422),
        ("mei", "end", {"on": "2026-12-31"}, 422),
        ("hiroshi", "insert", {"operation": "0", "code": "5"}, 422),
        ("hiroshi", "insert", {"operation": KEY, "code": "5"}, 404),
        ("hiroshi", "explode", {}, 404),
    ],
)
def test_what_may_not_be_is_refused_and_changes_nothing(client, plant, draft, who, verb, fields, status):
    if "password" in fields:
        fields = {"digest": digest_of(draft)} | fields
    assert post(client, plant, who, draft, verb, **fields).status_code == status
    draft.refresh_from_db()
    assert draft.is_draft
    assert not Signature.objects.filter(record=draft.pk).exists()


def test_a_routing_of_another_site_is_not_there(client, plant):
    with plant.door("omar"):
        routing = Routing.objects.create(product=plant.board, site=plant.elsewhere, name="Elsewhere")
        there = RoutingRevision.objects.create(routing=routing, number=1)
    assert page(client, plant, "revision", "routing", there.pk).status_code == 404
    assert page(client, plant, "revision_history", "routing", there.pk).status_code == 404
    assert "Elsewhere" not in page(client, plant, "routings").content.decode()
    assert "Elsewhere" not in page(client, plant, "master_data").content.decode()


def test_the_history_tells_each_field_with_who_and_why(client, plant, draft):
    answer = page(client, plant, "revision_history", "routing", draft.pk)
    limit, copied = answer.context["acts"]
    assert (limit.by, limit.reason) == (plant.people["hiroshi"], "Limit by the study of May")
    assert [(entry.row, entry.fields) for entry in limit.entries] == [("step Leak", [("Upper", "0.3", "0.25")])]
    assert copied.reason == "CAPA-0041"
    assert "<ins>0.25</ins>" in answer.content.decode()


def test_open_orders_are_named_by_what_it_does_to_them(client, plant, draft):
    waiting, running = plant.order(), plant.released()
    effect = page(client, plant, "revision", "routing", draft.pk).context["effect"]
    assert list(effect.would_pin) == [waiting]
    assert list(effect.keep) == [running]


def test_open_orders_of_an_older_product_revision_stay_with_it(client, plant):
    waiting = plant.order()
    with plant.door("hiroshi") as passage:
        draft = drafts.copy_product_revision(revision=plant.pump, by=passage.person, at=passage.at)
    effect = page(client, plant, "revision", "product", draft.pk).context["effect"]
    assert list(effect.would_pin) == []
    assert list(effect.stay) == [waiting]


def test_mistakes_are_named_on_the_page(client, plant, draft):
    with plant.door("hiroshi"):
        OperationEdge.objects.filter(routing_revision=draft, after__code="40").delete()
    text = page(client, plant, "revision", "routing", draft.pk).content.decode()
    assert "No edge leads to it or from it" in text
    answer = post(client, plant, "hiroshi", draft, "approve", digest=digest_of(draft), password=PASSWORD)
    assert answer.status_code == 409
    assert "No edge leads to it or from it" in answer.content.decode()


def test_a_standard_operation_is_inserted_and_its_newer_version_told(client, plant, draft):
    with plant.door("hiroshi"):
        library = RoutingRevision.objects.create(
            routing=Routing.objects.create(site=plant.site, name="Standards"), number=1
        )
        clean = Operation.objects.create(
            routing_revision=library, code="CLEAN", name="Clean", station_class=plant.stations["10"].station_class
        )
    plant.approve_and_release(library)
    assert "Clean" in page(client, plant, "revision", "routing", draft.pk).content.decode()
    assert post(client, plant, "hiroshi", draft, "insert", operation=clean.pk, code="05").status_code == 302
    assert draft.operations.get(code="05").copied_from == clean
    with plant.door("hiroshi") as passage:
        newer = drafts.copy_routing_revision(revision=library, by=passage.person, at=passage.at)
    plant.approve_and_release(newer)
    assert "has a newer one" in page(client, plant, "revision", "routing", draft.pk).content.decode()


def test_lists_find_by_code_and_name(client, plant):
    assert "PCB-7" in page(client, plant, "products", text="board").content.decode()
    assert "PCB-7" not in page(client, plant, "products", text="screw").content.decode()
    assert "IP2 assembly" in page(client, plant, "routings", text="ip2").content.decode()
    with plant.door("hiroshi"):
        Instruction.objects.create(code="seam", name="Close the seam")
    assert "Close the seam" in page(client, plant, "instructions", text="SEAM").content.decode()


def test_a_product_shows_what_it_is_made_of_and_where_it_is_used(client, plant):
    text = page(client, plant, "product", plant.board.pk).content.decode()
    assert "Infusion pump" in text.partition("Where it is used")[2]
    text = page(client, plant, "product", plant.pump.product_id).content.decode()
    assert "Screw M3" in text.partition("is made of")[2]


def test_master_data_lists_what_waits_for_release(client, plant, draft):
    plant.approve(draft)
    ((row, approved_at),) = page(client, plant, "master_data").context["groups"]["APPROVED"]
    draft.refresh_from_db()
    assert (row.kind, row.key, row.approved_by) == ("routing", str(draft.pk), str(draft.approved_by))
    assert approved_at == draft.approved_at


def test_master_data_says_when_there_is_more_than_it_shows(client, plant):
    assert "The latest 100" not in page(client, plant, "master_data").content.decode()
    with plant.door("hiroshi"):
        for number in range(101):
            one = Instruction.objects.create(code=f"WI-{number}", name="Seat")
            InstructionRevision.objects.create(instruction=one, number=1, body="Turn it")
    assert "The latest 100 of each kind" in page(client, plant, "master_data").content.decode()


@pytest.mark.parametrize("who", ["amina", "erp"])
def test_who_may_not_see_master_data_gets_no_page(client, plant, draft, who):
    for name, args in [("master_data", []), ("products", []), ("revision", ["routing", draft.pk])]:
        assert page(client, plant, name, *args, who=who).status_code == 403


def test_pages_of_lists_cost_a_fixed_number_of_queries(client, plant, django_assert_max_num_queries):
    for name in ("products", "routings", "instructions"):
        client.force_login(plant.people["hiroshi"])
        with django_assert_max_num_queries(8):
            assert client.get(reverse(name)).status_code == 200
