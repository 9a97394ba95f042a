"""Draft, approved by who drafted it, released by another, obsolete: of products, routings and instructions alike."""

from datetime import timedelta

import pytest

from mes.kernel.audit.actions.signatures import SignatureRefused, SignatureUnseen, SignatureVoid, Signing
from mes.kernel.audit.models import AuditEvent, Meaning, Signature
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput, NotPermitted
from mes.kernel.transitions import IllegalTransition
from orders.actions import drafts, revisions
from orders.content import digest_of, shown
from orders.models import Instruction, InstructionRevision, Operation, RoutingRevision
from orders.policies import NotReleasable
from tests.plant import signing

pytestmark = pytest.mark.django_db
KINDS = ["product", "routing", "instruction"]


def draft_of(plant, kind):
    """A draft that has no mistakes."""
    with plant.door("hiroshi") as passage:
        by = {"by": passage.person, "at": passage.at}
        if kind == "product":
            return drafts.copy_product_revision(revision=plant.pump, **by)
        if kind == "routing":
            return drafts.copy_routing_revision(revision=plant.routing, **by)
        instruction = Instruction.objects.create(code="seam", name="Close the seam")
        return InstructionRevision.objects.create(instruction=instruction, number=1, body="Press until it clicks.")


@pytest.fixture(params=KINDS)
def draft(plant, request):
    return draft_of(plant, request.param)


def state(revision):
    revision.refresh_from_db()
    return revision.status


def test_two_people_bring_a_draft_to_release_and_both_are_on_record(plant, draft):
    approved = plant.approve(draft)
    assert (approved.status, approved.approved_by, approved.approved_at) == (
        "APPROVED",
        plant.people["hiroshi"],
        plant.clock,
    )
    released = plant.release(draft)
    assert (released.status, released.released_by, released.released_at) == (
        "RELEASED",
        plant.people["mei"],
        plant.clock,
    )
    signed = Signature.objects.filter(record=draft.pk).order_by("signed_at")
    assert [(s.meaning, s.signed_by.username) for s in signed] == [("APPROVED", "hiroshi"), ("RELEASED", "mei")]
    assert {s.shown_digest for s in signed} == {digest_of(draft)}
    assert signed[0].content["shown"] == shown(draft)


def test_a_draft_is_not_released_before_it_is_approved(plant, draft):
    with pytest.raises(IllegalTransition, match="approve it first"):
        plant.release(draft)
    assert state(draft) == "DRAFT"


@pytest.mark.parametrize("who", ["mei", "ines", "amina", "omar"])
def test_only_engineers_approve(plant, who):
    with pytest.raises(RoleMissing):
        plant.approve(draft_of(plant, "routing"), who)


@pytest.mark.parametrize("who", ["hiroshi", "ines", "amina", "omar"])
def test_only_quality_releases(plant, who):
    draft = draft_of(plant, "routing")
    plant.approve(draft)
    with pytest.raises(RoleMissing):
        plant.release(draft, who)


def test_one_person_with_both_roles_does_not_do_both(plant, draft):
    with plant.door("omar"):
        Person.objects.filter(username="hiroshi").update(roles=["engineer", "quality"])
    plant.people["hiroshi"] = Person.objects.get(username="hiroshi")
    plant.approve(draft)
    with pytest.raises(revisions.SamePerson):
        plant.release(draft, "hiroshi")
    assert state(draft) == "APPROVED"


def test_somebody_without_access_to_the_site_approves_no_routing_of_it(plant):
    draft = draft_of(plant, "routing")
    with plant.door("omar"):
        plant.people["hiroshi"].site_access.all().delete()
    plant.people["hiroshi"] = Person.objects.get(username="hiroshi")
    with pytest.raises(NotPermitted):
        plant.approve(draft)


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (lambda plant, draft: Signing(plant.people["hiroshi"], Meaning.APPROVED), SignatureUnseen),
        (lambda plant, draft: Signing(plant.people["hiroshi"], Meaning.APPROVED, "0" * 64), SignatureVoid),
        (lambda plant, draft: signing(draft, Meaning.RELEASED, plant.people["hiroshi"]), SignatureRefused),
        (lambda plant, draft: signing(draft, Meaning.APPROVED, plant.people["mei"]), SignatureRefused),
    ],
)
def test_a_signature_that_does_not_fit_approves_nothing(plant, draft, wrong, refusal):
    with pytest.raises(refusal), plant.door("hiroshi") as passage:
        revisions.approve(revision=draft, signing=wrong(plant, draft), by=passage.person, at=passage.at)
    assert state(draft) == "DRAFT"
    assert not Signature.objects.filter(record=draft.pk).exists()


def test_what_changed_after_it_was_shown_is_not_signed(plant):
    draft = draft_of(plant, "routing")
    seen = signing(draft, Meaning.APPROVED, plant.people["hiroshi"])
    with plant.door("hiroshi"):
        step = draft.operations.get(code="40").steps.get()
        step.upper = "0.29"
        step.save()
    with pytest.raises(SignatureVoid), plant.door("hiroshi") as passage:
        revisions.approve(revision=draft, signing=seen, by=passage.person, at=passage.at)


@pytest.mark.parametrize("who", ["hiroshi", "mei"])
def test_an_approved_revision_is_sent_back_with_a_reason_and_can_be_approved_again(plant, draft, who):
    plant.approve(draft)
    with plant.door(who, reason="Limit is missing") as passage:
        revisions.send_back(revision=draft, reason=passage.reason, by=passage.person, at=passage.at)
    assert state(draft) == "DRAFT"
    assert draft.approved_by is None
    event = AuditEvent.objects.filter(table_name=draft._meta.db_table, record=str(draft.pk)).latest("sequence")
    assert (event.reason, event.person) == ("Limit is missing", str(plant.people[who].pk))
    plant.approve_and_release(draft)
    assert Signature.objects.filter(record=draft.pk).count() == 3


def test_sending_back_needs_a_reason_and_the_author_or_quality(plant, draft):
    plant.approve(draft)
    for who, reason, refusal in [("mei", "  ", InvalidInput), ("ines", "No", RoleMissing)]:
        with pytest.raises(refusal), plant.door(who) as passage:
            revisions.send_back(revision=draft, reason=reason, by=passage.person, at=passage.at)
    plant.release(draft)
    with pytest.raises(IllegalTransition), plant.door("mei") as passage:
        revisions.send_back(revision=draft, reason="Late", by=passage.person, at=passage.at)


def test_what_has_mistakes_is_approved_by_nobody(plant):
    with plant.door("hiroshi"):
        draft = RoutingRevision.objects.create(routing=plant.routing.routing, number=8)
    with pytest.raises(NotReleasable) as refused:
        plant.approve(draft)
    assert refused.value.errors[0].where == "operations"


def test_a_station_that_is_gone_by_then_stops_the_release(plant):
    draft = draft_of(plant, "routing")
    plant.approve(draft)
    with plant.door("omar"):
        plant.stations["10"].is_active = False
        plant.stations["10"].save()
    with pytest.raises(NotReleasable):
        plant.release(draft)


def test_a_released_revision_is_retired_once(plant, draft):
    plant.approve_and_release(draft)
    for is_first in (True, False):
        with plant.door("mei") as passage:
            if is_first:
                done = revisions.retire(revision=draft, by=passage.person, at=passage.at)
                assert done.status == "OBSOLETE"
            else:
                with pytest.raises(IllegalTransition):
                    revisions.retire(revision=draft, by=passage.person, at=passage.at)


def test_the_end_of_effectivity_is_set_on_what_is_released_with_a_reason(plant, draft):
    day = plant.clock.date() + timedelta(days=30)
    with pytest.raises(revisions.NotInForce), plant.door("mei") as passage:
        revisions.end_effectivity(revision=draft, on=day, reason="ECO-7", by=passage.person, at=passage.at)
    plant.approve_and_release(draft)
    with plant.door("mei", reason="ECO-7") as passage:
        revisions.end_effectivity(revision=draft, on=day, reason=passage.reason, by=passage.person, at=passage.at)
    draft.refresh_from_db()
    assert draft.effective_to == day
    assert draft.is_effective_on(day)
    assert not draft.is_effective_on(day + timedelta(days=1))
    with pytest.raises(RoleMissing), plant.door("hiroshi") as passage:
        revisions.end_effectivity(revision=draft, on=None, reason="No", by=passage.person, at=passage.at)


def test_a_copy_has_all_parts_and_no_dates_of_its_own(plant):
    draft = draft_of(plant, "routing")
    with plant.door("hiroshi"):
        RoutingRevision.objects.filter(pk=draft.pk).update(effective_from="2026-01-01")
        edge = draft.edges.get(after__code="40")
        edge.minimum_time_s, edge.transfer_quantity = 600, 5
        edge.save()
        Operation.objects.filter(routing_revision=draft, code="10").update(setup_time_s=77)
    draft.refresh_from_db()
    with plant.door("hiroshi") as passage:
        copy = drafts.copy_routing_revision(revision=draft, by=passage.person, at=passage.at)
    assert copy.number == draft.number + 1
    assert copy.effective_from is None
    assert shown(copy)["content"][1:] == shown(draft)["content"][1:]
    assert shown(copy)["content"][0]["values"]["Effective from"] == ""
