"""A refusal says what is wrong, why, and what to do: to a person on a page, to a program as problem+json (RFC 9457)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils.translation import gettext as _

# Between the words of a class's name: NotAStation is NOT_A_STATION.
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong in the input. `where` is a path a person can find: "row 3, quantity" or "steps.2.value"."""

    where: str
    what: str
    do: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried when a gate said no: at which site and station, when in the work (hook), on what."""

    site_id: UUID | None
    station: str
    hook: str
    subject: str


class Refusal(Exception):
    """A rule says no. The class name is the fact (`OperationOnHold`), the sentences are for the person.

    status: the HTTP status of the answer; nothing was changed when a refusal is raised.
    blockers: further verdicts that stand in the way as well, each with code, what, why, do.
    tried: what the blockers were asked about; the door keeps it on record.
    """

    status = 409
    tried: Attempt | None = None

    def __init__(
        self,
        what: str,
        *,
        why: str = "",
        do: str = "",
        errors: Sequence[FieldError] = (),
        blockers: Sequence[Any] = (),
        evidence: dict[str, Any] | None = None,
        code: str = "",
    ) -> None:
        super().__init__(what)
        self.what, self.why, self.do = what, why, do
        self.errors, self.blockers, self.evidence = tuple(errors), tuple(blockers), evidence or {}
        self.code = code or _WORDS.sub("_", type(self).__name__).upper()

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.why, self.do) if part)


class InvalidInput(Refusal):
    """The input has the wrong shape; `errors` says where."""

    status = 422


class NotFound(Refusal):
    """It does not exist, or it is at a site that the person does not see."""

    status = 404


class NotPermitted(Refusal):
    """The person is known, and may not do this."""

    status = 403


class MethodNotAllowed(Refusal):
    """The address takes what a form or a program sends, and shows nothing itself; or the other way round."""

    status = 405


class NotSignedIn(Refusal):
    """Nobody is logged in."""

    status = 401


class Busy(Refusal):
    """Somebody else holds the rows this needs; trying again soon is right."""

    status = 409


@dataclass
class RefusalMiddleware:
    """The one place where a refusal becomes a response."""

    get_response: Callable[[HttpRequest], HttpResponse]
    async_capable: bool = field(default=False, init=False)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # What Django says with an empty body: a browser is there by a link, by Back, or after a lost log-in.
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            allowed = response["Allow"]
            response = self.process_exception(request, _not_allowed(request)) or response
            response["Allow"] = allowed
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal):
            return None
        if request.path.startswith("/api/"):
            return problem_response(exception)
        if getattr(request, "htmx", False):
            # The band lies over the page: what was typed stays where it is.
            response = render(request, "components/banner.html", {"refusal": exception}, status=exception.status)
            response["HX-Retarget"], response["HX-Reswap"], response["HX-Trigger"] = "#refusal", "innerHTML", "refused"
            return response
        context = {"refusal": exception, "back": _page_above(request.path) if exception.status == 405 else ""}
        return render(request, "refused.html", context, status=exception.status)


def _not_allowed(request: HttpRequest) -> MethodNotAllowed:
    if request.method not in ("GET", "HEAD"):
        return MethodNotAllowed(_("This address only shows something."), do=_("Send it where the page says."))
    return MethodNotAllowed(
        _("There is no page at this address: it takes what a page sends."),
        why=_("A link, the Back button or a log-in in between led here. To open it changes nothing."),
        do=_("Go back to the page, look whether it was done, and do it again if not."),
    )


def _page_above(path: str) -> str:
    """The address of the page that an address of this path most likely belongs to."""
    parts = path.strip("/").split("/")[:-1]
    for count in range(len(parts), 0, -1):
        above = f"/{'/'.join(parts[:count])}/"
        if is_valid_path(above):
            return above
    return "/"


def problem(refusal: Refusal) -> dict[str, Any]:
    """A refusal as the members of an RFC 9457 problem; `code` is the stable name to program against."""
    members: dict[str, Any] = {
        "type": f"urn:plantwright:refusal:{refusal.code.lower().replace('_', '-')}",
        "title": refusal.what,
        "status": refusal.status,
        "detail": " ".join(part for part in (refusal.why, refusal.do) if part),
        "code": refusal.code,
    }
    if refusal.errors:
        members["errors"] = [{"where": e.where, "what": e.what, "do": e.do} for e in refusal.errors]
    if refusal.blockers:
        members["blockers"] = [blocker.as_dict() for blocker in refusal.blockers]
    if refusal.evidence:
        members["evidence"] = refusal.evidence
    return members


def problem_response(refusal: Refusal) -> JsonResponse:
    return JsonResponse(problem(refusal), status=refusal.status, content_type="application/problem+json")
