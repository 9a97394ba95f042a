"""What is written in the administration leaves its person and its reason; refusals are sentences, never a 500."""

from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from equipment.models import Site
from genealogy.models import Activity, Unit
from mes.kernel.audit.models import AuditEvent
from mes.kernel.door import open_door
from mes.kernel.personnel.actions.secrets import FAILURES, SecretWrong, confirm_password, confirm_pin
from mes.kernel.personnel.models import Person
from orders.models import Operation, RoutingRevision
from tests.plant import NOW

pytestmark = pytest.mark.django_db


def post(client, plant, who: str, page: str, /, *args, **fields):
    client.force_login(plant.people[who])
    return client.post(reverse(f"admin:{page}", args=args), fields)


def messages_of(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def events(table: str, **found) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(table_name=table, **found).order_by("sequence"))


def no_rows(*prefixes: str) -> dict[str, str]:
    """The management form of inlines without rows."""
    return {f"{p}-{name}": "0" for p in prefixes for name in ("TOTAL_FORMS", "INITIAL_FORMS")}


def test_a_change_carries_person_and_reason_into_ledger_and_history(client, plant) -> None:
    answer = post(
        client, plant, "omar", "equipment_site_change", plant.site.pk,
        code="NF", name="Northfield works", time_zone="Europe/Vienna", reason="New name on the gate",
    )  # fmt: skip
    assert answer.status_code == 302
    (event,) = events("equipment_site", operation="UPDATE")
    assert (event.person, event.reason) == (str(plant.people["omar"].pk), "New name on the gate")
    assert event.new["name"] == "Northfield works"
    kept = Site.objects.get(pk=plant.site.pk).history.first()
    assert (kept.history_user, kept.history_change_reason) == (plant.people["omar"], "New name on the gate")


def test_a_change_without_a_reason_is_not_made(client, plant) -> None:
    answer = post(
        client, plant, "omar", "equipment_site_change", plant.site.pk,
        code="NF", name="Else", time_zone="Europe/Vienna",
    )  # fmt: skip
    assert answer.status_code == 200
    assert "reason" in answer.context["adminform"].form.errors
    assert Site.objects.get(pk=plant.site.pk).name == "Northfield"


def test_a_person_gets_roles_password_and_pin(client, plant) -> None:
    answer = post(
        client, plant, "omar", "personnel_person_add",
        username="nadia", full_name="Nadia Petrova", badge="B-0777", roles=["operator", "quality"],
        new_password="a good long secret", new_pin="9182", reason="Starts on Monday",
        **no_rows("site_access", "qualifications"),
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["errors"]
    nadia = Person.objects.get(username="nadia")
    assert nadia.roles == ["operator", "quality"]
    assert confirm_password(person=nadia, password="a good long secret", at=NOW) == nadia
    assert confirm_pin(person=nadia, pin="9182", at=NOW) == nadia
    assert {event.reason for event in events("personnel_person", record=str(nadia.pk))} == {"Starts on Monday"}
    assert "a good long secret" not in str([event.new for event in events("personnel_person")])


def test_a_weak_password_and_a_wrong_pin_are_named(client, plant) -> None:
    answer = post(
        client, plant, "omar", "personnel_person_add",
        username="nadia", full_name="Nadia", new_password="short", new_pin="12", reason="x",
        **no_rows("site_access", "qualifications"),
    )  # fmt: skip
    assert answer.status_code == 200
    assert {"new_password", "new_pin"} <= set(answer.context["adminform"].form.errors)
    assert not Person.objects.filter(username="nadia").exists()


def grant(client, plant, who: str, holder: str, **more):
    return post(
        client, plant, who, "personnel_personqualification_add",
        person=plant.people[holder].pk, qualification=plant.torque.pk, reason="Course passed",
        **{"level": "1", "evidence": "Course of 12 May"} | more,
    )  # fmt: skip


def test_a_qualification_says_who_granted_it(client, plant) -> None:
    assert grant(client, plant, "omar", "mei").status_code == 302
    granted = plant.people["mei"].qualifications.get()
    assert (granted.granted_by, granted.level, granted.evidence) == (plant.people["omar"], 1, "Course of 12 May")
    assert granted.history.get().history_change_reason == "Course passed"


def test_nobody_grants_themselves_in_the_administration_either(client, plant) -> None:
    answer = grant(client, plant, "omar", "omar")
    assert answer.status_code == 200
    assert "Nobody grants or withdraws their own qualifications." in answer.content.decode()
    assert not plant.people["omar"].qualifications.exists()


def test_a_qualification_is_renewed_and_withdrawn(client, plant) -> None:
    held = plant.operator.qualifications.get()
    answer = post(
        client, plant, "ines", "personnel_personqualification_change", held.pk,
        level="3", evidence="Examined again", expires_date="2099-01-31", reason="Yearly",
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["errors"]
    held.refresh_from_db()
    assert (held.level, held.granted_by, held.evidence) == (3, plant.people["ines"], "Examined again")
    act(client, plant, "ines", "personnel_personqualification", "withdraw", held, reason="Left the line")
    held.refresh_from_db()
    assert (held.withdrawn_by, held.withdrawal_reason) == (plant.people["ines"], "Left the line")


def act(client, plant, who: str, model: str, action: str, record, **more):
    client.force_login(plant.people[who])
    return client.post(
        reverse(f"admin:{model}_changelist"), {"action": action, "_selected_action": [str(record.pk)]} | more
    )


def test_a_person_is_disabled_and_enabled_with_a_reason(client, plant) -> None:
    act(client, plant, "omar", "personnel_person", "disable", plant.operator)
    assert Person.objects.get(username="amina").is_active  # no reason
    act(client, plant, "omar", "personnel_person", "disable", plant.operator, reason="Left the plant")
    assert not Person.objects.get(username="amina").is_active
    assert Person.history.filter(username="amina").latest().history_change_reason == "Left the plant"
    act(client, plant, "omar", "personnel_person", "enable", plant.operator, reason="Came back")
    assert Person.objects.get(username="amina").is_active


def test_a_new_pin_ends_the_lock_after_wrong_ones(client, plant) -> None:
    for _ in range(FAILURES):
        with pytest.raises(SecretWrong):
            confirm_pin(person=Person.objects.get(username="amina"), pin="0000", at=NOW)
    amina = plant.operator
    answer = post(
        client, plant, "omar", "personnel_person_change", amina.pk,
        full_name=amina.full_name, badge=amina.badge, roles=["operator"], new_pin="9182", reason="Forgot it",
        **no_rows("site_access", "qualifications"),
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["errors"]
    assert confirm_pin(person=Person.objects.get(username="amina"), pin="9182", at=NOW) == amina


def test_nobody_disables_themselves(client, plant) -> None:
    act(client, plant, "omar", "personnel_person", "disable", plant.people["omar"], reason="x")
    assert Person.objects.get(username="omar").is_active


def test_a_new_person_of_an_impossible_user_name_is_refused(client, plant) -> None:
    answer = post(
        client, plant, "omar", "personnel_person_add",
        username="na dia/x", full_name="Nadia", roles=["operator"], reason="x",
        **no_rows("site_access", "qualifications"),
    )  # fmt: skip
    assert answer.status_code == 200
    assert "A user name has 1 to 64 letters" in answer.content.decode()


def test_a_unit_is_received_by_the_verb(client, plant) -> None:
    answer = post(
        client, plant, "ines", "genealogy_unit_add",
        site=plant.site.pk, product=plant.screws.pk, serial="LOT-77", quantity="500", reason="Delivery 4711",
    )  # fmt: skip
    assert answer.status_code == 302
    lot = Unit.objects.get(serial="LOT-77")
    assert (lot.quantity, lot.status, lot.created_by) == (Decimal(500), "FINISHED", plant.people["ines"])
    assert Activity.objects.get(units__unit=lot).reason == "Delivery 4711"


def test_a_refused_verb_shows_the_form_again_with_its_sentences(client, plant) -> None:
    before = Unit.objects.count()
    answer = post(
        client, plant, "ines", "genealogy_unit_add",
        site=plant.site.pk, product=plant.board.pk, serial="PCB-9", quantity="3", reason="Delivery",
    )  # fmt: skip
    assert answer.status_code == 200
    assert "PCB-7 has serial numbers: each is 1." in answer.content.decode()
    assert 'value="PCB-9"' in answer.content.decode()
    assert Unit.objects.count() == before


@pytest.mark.parametrize("name", ["orders_productrevision", "orders_routingrevision", "orders_operation"])
def test_what_is_released_can_not_be_changed_and_says_so(client, plant, name) -> None:
    obj = {
        "orders_productrevision": plant.pump,
        "orders_routingrevision": plant.routing,
        "orders_operation": Operation.objects.get(routing_revision=plant.routing, code="30"),
    }[name]
    answer = post(client, plant, "hiroshi", f"{name}_change", obj.pk, name="Else", code="Z", reason="try")
    assert answer.status_code == 302
    (said,) = messages_of(answer)
    assert "is released and so frozen" in said
    assert "copy it to a new draft" in said
    obj.refresh_from_db()
    assert getattr(obj, "code", "") != "Z"
    assert b'name="_save"' not in client.get(answer.url).content


def draft_of(plant) -> RoutingRevision:
    from orders.actions import drafts

    hiroshi = plant.people["hiroshi"]
    with open_door(person=hiroshi, at=NOW):
        return drafts.copy_routing_revision(revision=plant.routing, by=hiroshi, at=NOW)


def test_a_routing_that_goes_in_a_circle_is_drawn_and_named(client, plant) -> None:
    from orders.models import OperationEdge

    draft = draft_of(plant)
    operations = {o.code: o for o in draft.operations.all()}
    with open_door(person=plant.people["hiroshi"], at=NOW):
        OperationEdge.objects.create(routing_revision=draft, before=operations["40"], after=operations["10"])
    client.force_login(plant.people["hiroshi"])
    page = client.get(reverse("admin:orders_routingrevision_change", args=[draft.pk])).content.decode()
    assert "wait for each other in a circle" in page
    assert page.count('class="node') == 4


def test_a_draft_is_edited_with_its_inlines(client, plant) -> None:
    draft = draft_of(plant)
    operation = draft.operations.get(code="40")
    step = operation.steps.get()
    answer = post(
        client, plant, "hiroshi", "orders_operation_change", operation.pk,
        code="40", name="Leak test", station_class=operation.station_class_id, run_time_s="215",
        setup_time_s="0", max_attempts="0", hold_after_failures="0", signature_meaning="PERFORMED", reason="CAPA-0041",
        **no_rows("qualifications", "assets", "setpoints"),
        **{
            "steps-TOTAL_FORMS": "1", "steps-INITIAL_FORMS": "1", "steps-0-id": str(step.pk),
            "steps-0-operation": str(operation.pk), "steps-0-position": "1", "steps-0-code": "LEAK",
            "steps-0-kind": "NUMBER", "steps-0-name": "Leak rate", "steps-0-samples": "1",
            "steps-0-is_required": "on", "steps-0-quantity_unit": "ml/h", "steps-0-upper": "0.25",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.context["errors"]
    step.refresh_from_db()
    assert (step.upper, step.name) == (Decimal("0.25"), "Leak rate")
    (event,) = events("orders_step", record=str(step.pk), operation="UPDATE")
    assert (event.person, event.reason) == (str(plant.people["hiroshi"].pk), "CAPA-0041")


def test_ones_own_password_is_changed_through_the_door(client, plant) -> None:
    from tests.plant import PASSWORD

    answer = post(
        client, plant, "omar", "password_change",
        old_password=PASSWORD, new_password1="another long secret", new_password2="another long secret",
    )  # fmt: skip
    assert answer.status_code == 302
    event = events("personnel_person", operation="UPDATE")[-1]
    assert (event.person, event.reason) == (str(plant.people["omar"].pk), "Changed own password")
