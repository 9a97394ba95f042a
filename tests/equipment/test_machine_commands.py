"""Asking for values to be written to a machine, by the verb; who writes them: tests/equipment/collection."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from equipment.actions import machine_commands
from equipment.actions.machine_commands import NotByHand, signed_content
from equipment.models import MachineCommand, Tag
from equipment.status import Purpose
from mes.kernel.audit.actions.signatures import SignatureMissing, SignatureRefused, SignatureVoid, Signing
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning, Signature
from mes.kernel.door import open_door
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from mes.kernel.transitions import IllegalTransition
from tests.machine_floor import press, value

pytestmark = pytest.mark.django_db
R7, SLOW = {"tag": "RECIPE", "value": "R-7"}, {"tag": "SPEED", "value": 1}
HOT = {"tag": "HEAT", "value": 930.5, "expected": 900}


@pytest.fixture
def connection(plant):
    """A press with a speed from 0 to 100, a recipe's name and a heat to be signed that may be written, and a force
    that may not.
    """
    connection, station = press(plant), plant.stations["10"]
    value(connection, station, "SPEED", is_writable=True, write_low=0, write_high=100)
    value(connection, station, "RECIPE", value_type="TEXT", length=20, is_writable=True)
    value(connection, station, "HEAT", is_writable=True, write_high=950, quantity_unit="°C", needs_signature=True)
    value(connection, station, "FORCE")
    return connection


def ask(plant, connection, *lines, who="ines", wait_s=10, reason="New batch", signing=None):
    with plant.door(who) as passage:
        return machine_commands.queue(
            connection=connection,
            lines=lines,
            wait_s=wait_s,
            reason=reason,
            signing=signing,
            by=passage.person,
            at=passage.at,
        )


def content(connection, *lines, reason="New batch"):
    return signed_content(connection, Tag.objects.filter(connection=connection), lines, reason)


def signed(plant, shown, who="ines", meaning=Meaning.APPROVED):
    return Signing(plant.people[who], meaning, digest(shown))


def test_values_wait_to_be_written_in_their_order(plant, connection):
    lines = [{"tag": "RECIPE", "value": "R-7"}, {"tag": "SPEED", "value": 40, "expected": 0}]
    ask(plant, connection, *lines)
    stored = MachineCommand.objects.get()
    assert (stored.lines, stored.status, stored.station) == (lines, "QUEUED", plant.stations["10"])
    assert stored.deadline_at - stored.asked_at == timedelta(seconds=10)
    assert (stored.asked_by.username, stored.reason) == ("ines", "New batch")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"tag": "SPEED", "value": 101}, "SPEED: 101 is not within its bounds."),
        ({"tag": "SPEED", "value": -1}, "SPEED: -1 is not within its bounds."),
        ({"tag": "SPEED", "value": float("nan")}, "SPEED: It takes a number."),
        ({"tag": "SPEED", "value": "fast"}, "SPEED: It takes a number."),
        ({"tag": "SPEED", "value": 10**400}, "SPEED: It takes a number."),
        ({"tag": "SPEED", "value": 40, "expected": True}, "SPEED: It takes a number."),
        ({"tag": "SPEED"}, "SPEED: It has no value."),
        ({"tag": "RECIPE", "value": 7}, "RECIPE: It takes a text."),
        ({"tag": "RECIPE", "value": "R\x00"}, "RECIPE: It takes a text."),
        ({"tag": "FORCE", "value": 1}, "FORCE: It may not be written."),
        ({"tag": "NONE", "value": 1}, "NONE: The connection has no such tag in use."),
    ],
)
def test_what_may_not_be_written_is_named_and_nothing_waits(plant, connection, line, words):
    with pytest.raises(InvalidInput) as refused:
        ask(plant, connection, SLOW if line["tag"] == "RECIPE" else R7, line)
    assert [(error.where, error.what) for error in refused.value.errors] == [("lines.1", words)]
    assert not MachineCommand.objects.exists()


def test_a_tag_is_named_once(plant, connection):
    with pytest.raises(InvalidInput, match="Named twice"):
        ask(plant, connection, {"tag": "SPEED", "value": 1}, {"tag": "SPEED", "value": 2})


def test_nothing_is_no_command(plant, connection):
    with pytest.raises(InvalidInput, match="1 to 20 values"):
        ask(plant, connection)


@pytest.mark.parametrize("wait_s", [0, 301])
def test_a_command_does_not_wait_for_ever(plant, connection, wait_s):
    with pytest.raises(InvalidInput, match="1 to 300 seconds"):
        ask(plant, connection, {"tag": "SPEED", "value": 1}, wait_s=wait_s)


def test_a_command_has_a_reason(plant, connection):
    with pytest.raises(InvalidInput, match="needs a reason"):
        ask(plant, connection, {"tag": "SPEED", "value": 1}, reason=" ")


def test_an_operator_writes_nothing(plant, connection):
    with pytest.raises(RoleMissing):
        ask(plant, connection, {"tag": "SPEED", "value": 1}, who="amina")


def test_a_command_that_waits_is_cancelled_and_one_that_is_over_is_not(plant, connection):
    command = ask(plant, connection, {"tag": "SPEED", "value": 1})
    with plant.door("ines") as passage:
        cancelled = machine_commands.cancel(command=command, by=passage.person, at=passage.at)
    assert (cancelled.status, cancelled.answered_at) == ("CANCELLED", passage.at)
    with pytest.raises(IllegalTransition), plant.door("ines") as passage:
        machine_commands.cancel(command=command, by=passage.person, at=passage.at)


def test_what_asks_for_a_signature_is_signed_by_who_asks_bound_to_what_was_shown(plant, connection):
    lines = [HOT, R7]
    command = ask(plant, connection, *lines, signing=signed(plant, content(connection, *lines)))
    signature = MachineCommand.objects.get(pk=command.pk).signature
    assert (signature.signed_by.username, signature.meaning, signature.signed_at) == (
        "ines",
        Meaning.APPROVED,
        command.asked_at,
    )
    assert (signature.record_table, signature.record, signature.site_id) == (
        "equipment_machinecommand",
        command.pk,
        plant.site.pk,
    )
    assert signature.content["shown"] == {
        "connection": "PRESS",
        "lines": [
            {"tag": "HEAT", "value": "930.5", "expected": "900", "unit": "°C"},
            {"tag": "RECIPE", "value": "R-7", "unit": ""},
        ],
        "reason": "New batch",
    }


def test_without_a_digest_the_signer_signs_what_the_request_brings(plant, connection):
    signing = Signing(plant.people["ines"], Meaning.APPROVED)
    assert ask(plant, connection, HOT, signing=signing).signature.shown_digest == digest(content(connection, HOT))


@pytest.mark.parametrize(
    ("sign", "refusal", "words"),
    [
        (lambda plant, shown: None, SignatureMissing, "HEAT is written with your signature."),
        (
            lambda plant, shown: signed(plant, shown, meaning=Meaning.VERIFIED),
            SignatureRefused,
            "has to mean APPROVED, not VERIFIED",
        ),
        (lambda plant, shown: signed(plant, shown, who="hiroshi"), SignatureRefused, "Somebody else's secret"),
        (lambda plant, shown: signed(plant, shown | {"reason": "Another"}), SignatureVoid, "is not what is recorded"),
    ],
    ids=["none", "of another meaning", "somebody else's", "of something else"],
)
def test_a_signature_that_does_not_fit_is_refused_and_nothing_waits(plant, connection, sign, refusal, words):
    with pytest.raises(refusal, match=words):
        ask(plant, connection, HOT, signing=sign(plant, content(connection, HOT)))
    assert not MachineCommand.objects.exists()
    assert not Signature.objects.filter(record_table="equipment_machinecommand").exists()


def test_a_unit_that_changed_after_it_was_shown_makes_the_signature_void(plant, connection):
    signing = signed(plant, content(connection, HOT))
    with open_door(person=None):
        Tag.objects.filter(code="HEAT").update(quantity_unit="K")
    with pytest.raises(SignatureVoid):
        ask(plant, connection, HOT, signing=signing)


def test_what_asks_for_no_signature_takes_none(plant, connection):
    assert ask(plant, connection, SLOW).signature is None
    with pytest.raises(InvalidInput, match="None of these values asks for a signature"):
        ask(plant, connection, SLOW, signing=signed(plant, content(connection, SLOW)))


def test_only_what_may_be_written_asks_for_a_signature(plant, connection):
    tag = Tag.objects.get(code="FORCE")
    tag.needs_signature = True
    with pytest.raises(ValidationError, match="Only what may be written asks for a signature"):
        tag.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.filter(code="FORCE").update(needs_signature=True)


def test_what_an_interlock_asks_is_not_signed_and_no_hand_takes_it_back(plant, connection):
    command = ask(plant, connection, HOT, signing=signed(plant, content(connection, HOT)))
    with pytest.raises(IntegrityError), transaction.atomic():
        MachineCommand.objects.filter(pk=command.pk).update(purpose=Purpose.PREPARE)
    waiting = ask(plant, connection, SLOW)
    with open_door(person=None):
        MachineCommand.objects.filter(pk=waiting.pk).update(purpose=Purpose.WITHDRAW)
    with pytest.raises(NotByHand), plant.door("ines") as passage:
        machine_commands.cancel(command=MachineCommand.objects.get(pk=waiting.pk), by=passage.person, at=passage.at)
    assert MachineCommand.objects.get(pk=waiting.pk).status == "QUEUED"
