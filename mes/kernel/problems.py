"""What the API's framework refuses (syntax, authentication, shape), said in the same form as our own refusals."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler as default_handler

from mes.kernel.refusals import FieldError, InvalidInput, Refusal, problem

_DO = {
    401: lazy("Send a bearer token: Authorization: Bearer …"),
    403: lazy("Ask an administrator for the role or the token's scope."),
    404: lazy("Check the address."),
    405: lazy("See /api/v1/openapi.json for the methods of this address."),
    415: lazy("Send application/json."),
}


def exception_handler(exception: Exception, context: dict[str, Any]) -> Response | None:
    """Problem+json for everything DRF raises; our refusals go on to the middleware."""
    if isinstance(exception, Refusal):
        return None
    response = default_handler(exception, context)
    if response is None:
        return None
    if isinstance(exception, exceptions.ValidationError):
        refusal: Refusal = InvalidInput(
            _("The request's body is not right."),
            do=_("Mend the fields named in errors."),
            errors=list(field_errors(exception.detail)),
        )
        response.status_code = refusal.status
    else:
        detail = getattr(exception, "detail", None) or _("Not found.")
        refusal = Refusal(str(detail), do=str(_DO.get(response.status_code, "")), code=_code(exception))
        refusal.status = response.status_code
    response.data = problem(refusal)
    response.content_type = "application/problem+json"
    return response


def field_errors(detail: Any, path: str = "") -> Iterator[FieldError]:
    """Flatten DRF's nested detail into one line a field: "steps.2.value"."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            own = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from field_errors(inner, own)
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, dict | list)
            yield from field_errors(inner, f"{path}.{index}".lstrip(".") if nested else path)
    else:
        yield FieldError(path or "body", str(detail))


def _code(exception: Exception) -> str:
    return str(getattr(exception, "default_code", "not_found")).upper()
