"""Signing a record."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mes.kernel.audit.canonical import canonical, digest
from mes.kernel.audit.models import Signature
from mes.kernel.refusals import Refusal


class SignatureMissing(Refusal):
    """The act needs a signature and came without one."""

    status = 422


class SignatureRefused(Refusal):
    """The signature given does not fit what it should sign."""


class SignatureVoid(Refusal):
    """What was signed changed after it was shown (21 CFR 11.70)."""


@dataclass(frozen=True)
class Signing:
    """A signature as it comes in: who confirmed with their secret, what they mean, the digest of what they saw.

    `confirmed_by` is what personnel's `confirm_…` verbs return, which check and count the secret. digest "": what the
    same request brings is what the signer saw (a program signing for a person who is logged in to it).
    """

    confirmed_by: Any
    meaning: str
    digest: str = ""


def sign(*, signing: Signing, meaning: str, shown: Any, act: Any, table: str, record: UUID, at: datetime) -> Signature:
    """Bind a signature to content. shown: the content as it is now, equal to what the signer saw or the signature is
    void; act: what the signer does with it. Both are kept, canonical, under one digest (11.50, 11.70).
    """
    if signing.meaning != meaning:
        raise SignatureRefused(
            f"The signature has to mean {meaning}, not {signing.meaning}.",
            do="Sign with the meaning that is asked for.",
        )
    if signing.digest and signing.digest != digest(shown):
        raise SignatureVoid(
            "What you signed is not what is recorded now.",
            why="Something was recorded or corrected after the page was shown to you.",
            do="Read it again as it is now, then sign.",
        )
    content = json.loads(canonical({"shown": shown, "act": act}))
    return Signature.objects.create(
        signed_by=signing.confirmed_by,
        signed_at=at,
        meaning=meaning,
        record_table=table,
        record=record,
        content=content,
        digest=digest(content),
    )
