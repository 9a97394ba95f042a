"""Granting, renewing and withdrawing qualifications."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile

from mes.kernel.attachments import LARGEST_B
from mes.kernel.constraints import RuleOfTheRecord
from mes.kernel.personnel.actions import people, qualifications
from mes.kernel.personnel.actions.qualifications import QualificationWithdrawn
from mes.kernel.personnel.models import PersonQualification
from mes.kernel.personnel.policies import NotYourself, RoleMissing
from mes.kernel.refusals import InvalidInput
from tests.plant import NOW
from tests.races.runners import at_once, refused
from wip.policies import BlockedByGates

PDF = b"%PDF-1.7\nCertificate of training"


@pytest.fixture(autouse=True)
def kept_apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def grant(plant, who="mei", by="ines", **more):
    given = {"level": 1, "evidence": "Course of 12 May"} | more
    with plant.door(by, reason="Course") as passage:
        return qualifications.grant(
            person=plant.people[who], qualification=plant.torque, by=passage.person, at=passage.at, **given
        )


def withdraw(plant, held, by="ines", reason="Left the line"):
    with plant.door(by) as passage:
        return qualifications.withdraw(held=held, reason=reason, by=passage.person, at=passage.at)


@pytest.mark.django_db
def test_a_grant_says_level_evidence_who_and_when(plant):
    held = grant(plant, level=2, expires_date=date(2027, 11, 1))
    assert (held.level, held.evidence, held.expires_date) == (2, "Course of 12 May", date(2027, 11, 1))
    assert (held.granted_by, held.granted_at) == (plant.people["ines"], plant.clock)
    assert PersonQualification.history.filter(id=held.pk).get().history_change_reason == "Course"


@pytest.mark.django_db
def test_granting_again_renews_and_the_history_keeps_what_was(plant):
    first = grant(plant, certificate=ContentFile(PDF, "a.pdf"))
    second = grant(plant, by="omar", level=3, evidence="Examined by J. Roe")
    assert (second.pk, second.level, bool(second.certificate)) == (first.pk, 3, False)
    assert [(s.level, s.granted_by) for s in PersonQualification.history.filter(id=first.pk)] == [
        (3, plant.people["omar"]),
        (1, plant.people["ines"]),
    ]


@pytest.mark.django_db
def test_nobody_grants_or_withdraws_their_own(plant):
    with pytest.raises(NotYourself):
        grant(plant, who="ines")
    with pytest.raises(NotYourself):
        withdraw(plant, plant.people["ines"].qualifications.get())


@pytest.mark.django_db
def test_the_database_knows_that_too(plant):
    with pytest.raises(RuleOfTheRecord, match="Nobody grants their own"), plant.door("ines"):
        plant.people["ines"].qualifications.update(granted_by=plant.people["ines"])


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["amina", "mei", "hiroshi", "pavel", "ruth"])
def test_who_may_not_grant_is_refused(plant, by):
    with pytest.raises(RoleMissing):
        grant(plant, who="tomasz", by=by)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"level": 0}, "level"),
        ({"level": 10}, "level"),
        ({"evidence": "  "}, "evidence"),
        ({"evidence": "x" * 301}, "evidence"),
        ({"expires_date": NOW.date() - timedelta(days=2)}, "expires_date"),
        ({"certificate": ContentFile(b"MZ\x90 not a picture", "a.pdf")}, "certificate"),
        ({"certificate": ContentFile(PDF + b" " * LARGEST_B, "a.pdf")}, "certificate"),
        ({"certificate": ContentFile(b"", "a.pdf")}, "certificate"),
    ],
)
def test_what_is_wrong_is_named(plant, given, where):
    with pytest.raises(InvalidInput) as refused:
        grant(plant, **given)
    assert [error.where for error in refused.value.errors] == [where]
    assert not plant.people["mei"].qualifications.exists()


@pytest.mark.django_db
def test_a_disabled_person_gets_none(plant):
    with plant.door("omar") as passage:
        people.disable(person=plant.people["mei"], reason="Left", by=passage.person, at=passage.at)
    with pytest.raises(InvalidInput, match="is disabled"):
        grant(plant)


@pytest.mark.django_db
def test_a_certificate_is_kept_under_a_name_of_ours(plant):
    held = grant(plant, certificate=ContentFile(PDF, "../../etc/passwd.svg"))
    assert held.certificate.name.startswith("certificates/")
    assert "." not in held.certificate.name
    with held.certificate.open() as kept:
        assert kept.read() == PDF


@pytest.mark.django_db
def test_a_withdrawn_qualification_opens_no_operation_until_it_is_granted_again(plant):
    unit = plant.do(plant.unit(), "10", "20")
    held = withdraw(plant, plant.operator.qualifications.get())
    assert (held.withdrawn_by, held.withdrawn_at, held.withdrawal_reason) == (
        plant.people["ines"],
        plant.clock,
        "Left the line",
    )
    with pytest.raises(BlockedByGates, match="Amina Yusuf has none"):
        plant.start(unit, "30")
    grant(plant, who="amina", level=2)
    assert plant.start(unit, "30").is_running


@pytest.mark.django_db
def test_it_is_withdrawn_once_and_with_a_reason(plant):
    held = plant.operator.qualifications.get()
    with pytest.raises(InvalidInput):
        withdraw(plant, held, reason="")
    withdraw(plant, held)
    with pytest.raises(QualificationWithdrawn):
        withdraw(plant, held)


def test_two_who_grant_the_same_at_once_leave_one_grant(committed_plant):
    plant = committed_plant
    answers = at_once(*(lambda by=by: grant(plant, by=by) for by in ("ines", "omar") * 2))
    assert not refused(answers), answers
    assert plant.people["mei"].qualifications.count() == 1
    assert PersonQualification.history.filter(person=plant.people["mei"]).count() == 4
