"""Signing: bound to what was shown, by whom, with which meaning (21 CFR 11.50, 11.70)."""

import pytest
from django.db import IntegrityError

from mes.kernel.audit import canonical
from mes.kernel.audit.actions.signatures import (
    SignatureMissing,
    SignatureRefused,
    SignatureUnseen,
    SignatureVoid,
    Signing,
)
from mes.kernel.audit.models import Meaning, Signature
from mes.station.actions.operations import Completion, Given
from mes.station.actions.signing import signature_content
from wip.actions import executions
from wip.queries import execution_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(plant):
    """Ready for its signed operation, the value recorded."""
    unit = plant.do(plant.unit(), "10", "20", "30")
    plant.start(unit, "40")
    plant.report(unit, "40", Given("LEAK", "0.12"))
    return unit


def shown(plant, unit) -> str:
    job = executions.lock(
        execution=execution_at(unit, "40"), station=plant.stations["40"], by=plant.operator, ends=False
    )
    return canonical.digest(signature_content(job))


def sign_and_complete(plant, unit, **signing):
    given = {"confirmed_by": plant.operator, "meaning": Meaning.PERFORMED} | signing
    return plant.report(unit, "40", completion=Completion(signing=Signing(**given)))


def test_a_signature_keeps_what_was_shown_and_what_was_done(plant, unit):
    sign_and_complete(plant, unit, digest=shown(plant, unit))
    signature = Signature.objects.get(meaning="PERFORMED")
    assert (signature.signed_by, signature.signed_at, signature.meaning) == (plant.operator, plant.clock, "PERFORMED")
    assert signature.record == execution_at(unit, "40").pk
    assert signature.content["shown"]["readings"][0]["value"] == "0.12"
    at = plant.clock.isoformat(timespec="microseconds")
    assert signature.content["act"] == {"good": "1", "scrap": "0", "scrap_reason": "", "at": at}
    assert signature.digest == canonical.digest(signature.content)
    assert signature.shown_digest == canonical.digest(signature.content["shown"])


def test_the_digest_on_record_is_the_one_that_the_signer_saw(plant, unit):
    seen = shown(plant, unit)
    sign_and_complete(plant, unit, digest=seen)
    signature = Signature.objects.get(meaning="PERFORMED")
    assert signature.shown_digest == seen
    assert signature.digest_groups.replace(" ", "") == seen[:12]


def test_without_a_digest_only_what_the_same_request_brings_is_signed(plant, unit):
    with pytest.raises(SignatureUnseen, match="recorded before this request"):
        sign_and_complete(plant, unit)
    assert execution_at(unit, "40").is_running
    correction = Given("LEAK", "0.13", reason="Read again")
    signing = Signing(plant.operator, Meaning.PERFORMED)
    plant.report(unit, "40", correction, completion=Completion(signing=signing))
    assert Signature.objects.get(meaning="PERFORMED").content["shown"]["readings"][0]["value"] == "0.13"


def test_without_a_signature_a_signed_operation_does_not_complete(plant, unit):
    with pytest.raises(SignatureMissing):
        plant.report(unit, "40", complete=True)
    assert execution_at(unit, "40").is_running


def test_another_meaning_is_refused(plant, unit):
    with pytest.raises(SignatureRefused, match="PERFORMED, not APPROVED"):
        sign_and_complete(plant, unit, meaning=Meaning.APPROVED)
    assert not Signature.objects.filter(meaning="PERFORMED").exists()


def test_what_changed_after_it_was_shown_is_not_signed(plant, unit):
    seen = shown(plant, unit)
    plant.report(unit, "40", Given("LEAK", "0.13", reason="Read again"))
    with pytest.raises(SignatureVoid):
        sign_and_complete(plant, unit, digest=seen)
    assert execution_at(unit, "40").is_running
    sign_and_complete(plant, unit, digest=shown(plant, unit))


def test_a_signature_is_never_written_again(plant, unit):
    sign_and_complete(plant, unit, digest=shown(plant, unit))
    signature = Signature.objects.get(meaning="PERFORMED")
    signature.meaning = "APPROVED"
    with pytest.raises(IntegrityError):
        signature.save()
