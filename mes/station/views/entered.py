"""What a person entered for a step, out of the form that was posted."""

from pathlib import PurePath

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mes.kernel.stored_files import store
from mes.station.actions.given import Given
from orders.models import StepKind
from orders.plans import StepPlan
from wip.entries import FROM_MACHINE, LONGEST_NAME
from wip.models import OperationExecution
from wip.queries import planned

MOST_VALUES = 50


def entered(request: HttpRequest) -> list[str]:
    """The values that were posted, at least one; a file is stored and stands for its digest from here on.

    Read was pressed: what the machine says when it is recorded.
    """
    if "read" in request.POST:
        return [FROM_MACHINE]
    attached = [file for file in request.FILES.getlist("file") if file.size]
    if attached:
        name = "".join(letter for letter in PurePath(attached[0].name).name if letter.isprintable())
        text = f"{store(attached[0]).digest} {name[-LONGEST_NAME:]}"
        # A repeated press is known by what it brings: the file stands in the request by its digest.
        request.POST = request.POST.copy()
        request.POST["value"] = text
        return [text]
    return request.POST.getlist("value")[: MOST_VALUES + 1] or [""]


def asks_for_people(execution: OperationExecution, step_code: str) -> bool:
    """Whether the step is recorded with a signature or before a witness."""
    step = _step(execution, step_code)
    return step is not None and bool(step.signature_meaning or step.needs_witness)


def said(execution: OperationExecution, value: Given, values: list[str]) -> str:
    """What is said when it is recorded."""
    step = _step(execution, value.step_code)
    if step is None:
        return _("{value} recorded").format(value=value.value)
    if len(values) > 1:
        words = ngettext("{step}: {count} value recorded", "{step}: {count} values recorded", len(values))
        return words.format(step=step.name, count=len(values))
    if values == [FROM_MACHINE] and step.tag:
        return _("{value} read from the machine").format(value=step.name)
    if step.kind in (StepKind.FILE, StepKind.TIME, StepKind.TASK, StepKind.PERSON):
        return _("{value} recorded").format(value=step.name)
    return _("{value} recorded").format(value=values[0])


def _step(execution: OperationExecution, step_code: str) -> StepPlan | None:
    return planned(execution).step(step_code)
