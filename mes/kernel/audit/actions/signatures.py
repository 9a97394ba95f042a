"""Signing a record."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from mes.kernel.audit.canonical import canonical, digest
from mes.kernel.audit.models import Signature
from mes.kernel.refusals import FieldError, Refusal


class SignatureMissing(Refusal):
    """The act needs a signature and came without one."""

    status = 422


class SignatureRefused(Refusal):
    """The signature given does not fit what it should sign."""


class SignatureVoid(Refusal):
    """What was signed changed after it was shown (21 CFR 11.70)."""


class SignatureUnseen(Refusal):
    """What is signed was there before, and nothing says that the signer has read it."""

    status = 422


@dataclass(frozen=True)
class Signing:
    """A signature as it comes in: who confirmed with their secret, what they mean, the digest of what they saw.

    `confirmed_by` is what personnel's `confirm_…` verbs return, which check and count the secret. digest "": the
    signer saw what the same request brings, and nothing else is signed (a program that its signer is logged in to).
    """

    confirmed_by: Any
    meaning: str
    digest: str = ""


def sign(
    *,
    signing: Signing,
    meaning: str,
    shown: Any,
    is_all_new: bool,
    act: Any,
    table: str,
    record: UUID,
    site_id: UUID | None,
    at: datetime,
) -> Signature:
    """Bind a signature to content (21 CFR 11.50, 11.70). Raises SignatureRefused, SignatureUnseen, SignatureVoid.

    shown: the content as it is now, equal to what the signer saw or the signature is void; is_all_new: all of it came
    with this request; act: what the signer does with it. Both are kept, canonical, under one digest.
    """
    if signing.meaning != meaning:
        raise SignatureRefused(
            _("The signature has to mean {meaning}, not {given}.").format(meaning=meaning, given=signing.meaning),
            do=_("Sign with the meaning that is asked for."),
        )
    shown_digest = digest(shown)
    if not signing.digest and not is_all_new:
        raise SignatureUnseen(
            _("Part of what you sign was recorded before this request."),
            why=_("A signature is bound to what its signer has read."),
            do=_("Read what is recorded, and send its digest with the signature."),
            errors=[FieldError("signature.digest", _("It is missing."))],
        )
    if signing.digest and signing.digest != shown_digest:
        raise SignatureVoid(
            _("What you signed is not what is recorded now."),
            why=_("Something was recorded or corrected after the page was shown to you."),
            do=_("Read it again as it is now, then sign."),
        )
    content = json.loads(canonical({"shown": shown, "act": act}))
    return Signature.objects.create(
        signed_by=signing.confirmed_by,
        signed_at=at,
        site_id=site_id,
        meaning=meaning,
        record_table=table,
        record=record,
        content=content,
        shown_digest=shown_digest,
        digest=digest(content),
    )
