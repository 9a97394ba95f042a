"""Granting people their qualifications, with what they rest on; and taking them back."""

from datetime import date, datetime, timedelta

from django.core.files import File
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from mes.kernel.attachments import check_attachment
from mes.kernel.personnel.models import Person, PersonQualification, Qualification
from mes.kernel.personnel.policies import check_may_grant, check_reason
from mes.kernel.refusals import FieldError, InvalidInput, Refusal

HIGHEST_LEVEL = 9


class QualificationWithdrawn(Refusal):
    """The person does not have the qualification now."""


def grant(
    *,
    person: Person,
    qualification: Qualification,
    level: int,
    evidence: str,
    by: Person,
    at: datetime,
    expires_date: date | None = None,
    certificate: File | None = None,
) -> PersonQualification:
    """The person has the qualification from now on, at this level; one they had is renewed, and its history stays.

    expires_date: the last day on which it holds, not over yet (None: for good); evidence: what it rests on, as
    "course of 12 May, examined by J. Roe"; certificate: PDF or picture, None: the one there was is not carried over.
    Raises RoleMissing, NotYourself, InvalidInput.
    """
    check_may_grant(person, by)
    _check_content(level, evidence, expires_date, at)
    if certificate is not None:
        check_attachment(certificate)
    # The person's row is the lock: two grants at once come one after the other.
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not locked.is_active:
        raise InvalidInput(_("{person} is disabled.").format(person=person), do=_("Enable the person first."))
    held = PersonQualification.objects.filter(person=locked, qualification=qualification).first()
    if held is None:
        held = PersonQualification(person=locked, qualification=qualification)
    held.level, held.evidence, held.expires_date = level, evidence.strip(), expires_date
    held.granted_at, held.granted_by, held.certificate = at, by, certificate or ""
    held.withdrawn_at, held.withdrawn_by, held.withdrawal_reason = None, None, ""
    held.save()
    return held


def withdraw(*, held: PersonQualification, reason: str, by: Person, at: datetime) -> PersonQualification:
    """The qualification counts for nothing any more. Raises RoleMissing, NotYourself, InvalidInput, and
    QualificationWithdrawn."""
    check_may_grant(held.person, by)
    check_reason(reason)
    locked = PersonQualification.objects.select_for_update(no_key=True).get(pk=held.pk)
    if locked.withdrawn_at is not None:
        raise QualificationWithdrawn(
            _("{qualification} is withdrawn from {person} already.").format(
                qualification=held.qualification, person=held.person
            )
        )
    locked.withdrawn_at, locked.withdrawn_by, locked.withdrawal_reason = at, by, reason
    locked.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    return locked


def _check_content(level: int, evidence: str, expires_date: date | None, at: datetime) -> None:
    errors = []
    if not 1 <= level <= HIGHEST_LEVEL:
        errors.append(FieldError("level", _("A level is 1 to {highest}.").format(highest=HIGHEST_LEVEL)))
    if not evidence.strip():
        errors.append(
            FieldError("evidence", _("It says nothing."), _("Name the course, the examiner or the certificate."))
        )
    elif len(evidence) > 300:
        errors.append(FieldError("evidence", _("It has more than 300 characters.")))
    # Which day it is depends on the site; a day that is over everywhere is refused.
    if expires_date is not None and expires_date < (at - timedelta(days=1)).date():
        errors.append(FieldError("expires_date", _("{day} is over.").format(day=date_format(expires_date, "d M Y"))))
    if errors:
        raise InvalidInput(_("The qualification can't be granted so."), do=_("Mend what is named."), errors=errors)
