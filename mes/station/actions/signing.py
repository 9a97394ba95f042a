"""What is signed at a station: the end of an operation, and values of steps that ask for it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.utils.translation import gettext as _

from mes.kernel.audit.actions.signatures import SignatureMissing, sign
from mes.kernel.refusals import InvalidInput
from mes.station.actions.given import Completion, Read
from wip.conditions import asked
from wip.entries import Entry
from wip.facts import recorded
from wip.jobs import Job
from wip.models import Reading


class _Record(TypedDict):
    table: str
    record: UUID


def signature_content(job: Job) -> dict[str, Any]:
    """What a person signs at the end of an operation: all values in force, as they are shown."""
    (known,) = recorded([job])
    order = {step.code: step.position for step in job.operation.steps}
    values = sorted(known.values.values(), key=lambda r: (order.get(r.step_code, 0), r.sample))
    return _content(job, values, asked(job.operation.steps, known.values))


def step_content(job: Job, entries: Sequence[Entry]) -> dict[str, Any]:
    """What a person signs who records a step: its values, as they are shown before they are recorded."""
    return _content(job, [entry.as_reading() for entry in entries], {entry.step.code for entry in entries})


def sign_steps(*, job: Job, read: Iterable[Read], at: datetime) -> list[Entry]:
    """The entries, each with the signature of its step where that asks for one.

    Raises SignatureMissing, SignatureRefused, SignatureVoid; InvalidInput for one that is not asked for.
    """
    signed: list[Entry] = []
    for given, entries in read:
        step = entries[0].step
        if given.signing is not None and not step.signature_meaning:
            raise InvalidInput(_("{step} asks for no signature.").format(step=step.name), do=_("Leave it out."))
        if not step.signature_meaning:
            signed += entries
            continue
        if given.signing is None:
            raise SignatureMissing(
                _("{step} is recorded with your signature.").format(step=step.name),
                do=_("Read the value, enter your secret, and sign."),
            )
        signature = sign(
            signing=given.signing,
            meaning=step.signature_meaning,
            shown=step_content(job, entries),
            is_all_new=True,
            act={"step": step.code, "reason": given.reason.strip(), "at": at},
            **_record(job),
            site_id=job.site_id,
            at=at,
        )
        signed += [replace(entry, signature=signature) for entry in entries]
    return signed


def sign_end(*, job: Job, completion: Completion, at: datetime) -> None:
    """Sign the end of the job, or of its batch, its entries being stored. Raises SignatureMissing and as sign."""
    if completion.signing is None:
        raise SignatureMissing(
            _("{operation} {name} is completed with your signature.").format(
                operation=job.operation.code, name=job.operation.name
            ),
            do=_("Read what is shown, enter your secret again, and sign."),
        )
    given = {(entry.step.code, entry.sample) for entry in job.entries}
    together = job.together or [job]
    job.entries = ()  # they are stored by now
    shown = signature_content(job)
    sign(
        signing=completion.signing,
        meaning=job.operation.signature_meaning,
        shown=shown,
        is_all_new=all((reading["step"], reading["sample"]) in given for reading in shown["readings"]),
        act={
            "good": sum(one.good for one in together),
            "scrap": sum(one.scrap for one in together),
            "scrap_reason": completion.scrap_reason.strip(),
            **({"defect": completion.defect.strip()} if completion.defect.strip() else {}),
            "at": at,  # what was taken back is signed anew, also where it is the same
        },
        **_record(job),
        site_id=job.site_id,
        at=at,
    )


def _content(job: Job, values: Iterable[Reading], counting: Iterable[str]) -> dict[str, Any]:
    shown = [_shown(reading, reading.step_code in counting) for reading in values]
    if job.batch is None:
        return _subject(job) | {"operation": job.operation.code, "readings": shown}
    units = [_subject(one) for one in job.together]
    return {"batch": job.batch.number, "units": units, "operation": job.operation.code, "readings": shown}


def _subject(job: Job) -> dict[str, Any]:
    plan = (job.execution.plan_id if job.execution else None) or job.order.digest
    return {"order": job.order.erp_reference, "unit": job.unit.serial, "plan": plan}


def _record(job: Job) -> _Record:
    """What a signature is bound to: the job's execution, or the batch it runs in."""
    if job.batch is not None:
        return {"table": "wip_batch", "record": job.batch.pk}
    return {"table": "wip_operationexecution", "record": job.running.pk}


def _shown(reading: Reading, counts: bool) -> dict[str, Any]:
    """A value as it is shown; what only some values have stands there only for those."""
    shown = {
        "step": reading.step_code,
        "sample": reading.sample,
        "value": reading.value,
        "unit": reading.quantity_unit,
        "within_limits": reading.is_within_limits,
    }
    if reading.name:
        shown["name"] = reading.name
    if reading.witnessed_by is not None:
        shown["witness"] = reading.witnessed_by.username
    return shown if counts else shown | {"asked": False}
