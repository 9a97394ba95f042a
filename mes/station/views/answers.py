"""How a station's POST is answered: with the next page in place, or, without script, by leading to it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse

from mes.kernel.door import Passage
from wip.models import OperationExecution


@dataclass(frozen=True)
class Undoable:
    """An act that its person may take back at once: on which execution, and when it was done."""

    execution: UUID
    done_at: datetime

    @classmethod
    def of(cls, passage: Passage, execution: OperationExecution) -> "Undoable | None":
        """What the passage did to an execution; None for a repeated press, whose act may not be the last any more."""
        return None if passage.replayed else cls(execution.pk, passage.at)

    @property
    def url(self) -> str:
        return reverse("station:undo", args=[self.execution], query={"done_at": self.done_at.isoformat()})


def answer(
    request: HttpRequest,
    url: str,
    page: Callable[[], HttpResponse],
    *,
    done: str = "",
    alarm: bool = False,
    undo: Undoable | None = None,
) -> HttpResponse:
    """Show `page`, the content of `url`. done: a sentence in sight and sound; alarm: recorded, and not good.

    undo: what is offered to be taken back, for some seconds, beside the sentence.
    """
    if not getattr(request, "htmx", False):
        if done:  # said by the page that follows
            messages.success(request, done, extra_tags=undo.url if undo else "")
        return redirect(url)
    response = page()
    response["HX-Replace-Url"] = url
    if done:
        event = {"refused": {}} if alarm else {"accepted": {"message": done, "undo": undo is not None}}
        response["HX-Trigger"] = json.dumps(event)
    if undo:
        context = {"undo": undo.url, "done": done, "alarm": alarm, "new_key": uuid4()}
        response.write(render_to_string("station/undo.html", context, request))
    return response
