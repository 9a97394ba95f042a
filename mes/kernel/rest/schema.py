"""How an endpoint is described in the OpenAPI document: its answer, and every problem it can answer instead."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from mes.kernel.rest.views import IDEMPOTENCY_KEY, REPLAYED

_PROBLEM_JSON = "application/problem+json"


class FieldProblem(serializers.Serializer):
    """One thing wrong in the input. where: path of the field, such as steps.2.value."""

    where = serializers.CharField()
    what = serializers.CharField()
    do = serializers.CharField(allow_blank=True)


class Blocker(serializers.Serializer):
    """One gate that says no. code: the stable name to program against."""

    code = serializers.CharField()
    what = serializers.CharField()
    why = serializers.CharField(allow_blank=True)
    do = serializers.CharField(allow_blank=True)
    override = serializers.ChoiceField(["never", "supervisor", "permit"])
    evidence = serializers.DictField()


class Problem(serializers.Serializer):
    """Why nothing was changed (RFC 9457). errors: what is wrong where; blockers: every gate that says no."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    errors = FieldProblem(many=True, required=False)  # type: ignore[assignment]
    blockers = Blocker(many=True, required=False)
    evidence = serializers.DictField(required=False)


_SAYS = {
    400: "The body is not JSON.",
    401: "No token, or one that is unknown or revoked.",
    403: "The person or the token may not do this, or the secret is wrong.",
    404: "There is no such record at the person's sites.",
    409: "A rule stands against it: the blockers name every gate that says no. Nothing was changed.",
    415: "The body is not application/json.",
    422: "The input is wrong: errors say what and where.",
}
_KEY = OpenApiParameter(
    IDEMPOTENCY_KEY,
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="1 to 200 printable characters. The same request with the same key is carried out once; "
    f"the answer is given again, with {REPLAYED}: true.",
)


def reads(answer: Any, *, name: str, summary: str, query: Any = None, missing: bool = True) -> Callable:
    """Describe a GET.

    answer: the shape of it, or a dict of shapes by (status, media type). name: of the function in a generated client;
    query: the shape of its parameters; missing: it can answer 404.
    """
    problems = [401, 403, *([404] if missing else []), *([422] if query else [])]
    return extend_schema(
        operation_id=name,
        summary=summary,
        parameters=[query] if query else [],
        responses=(answer if isinstance(answer, dict) else {200: answer}) | _problems(problems),
    )


def acts(
    answer: Any, *, name: str, summary: str, request: Any, status: int = 200, also: dict[int, Any] | None = None
) -> Callable:
    """Describe a POST that calls a verb. name: as above; also: further answers by status."""
    return extend_schema(
        operation_id=name,
        summary=summary,
        request=request,
        parameters=[_KEY],
        responses={status: answer, **(also or {})} | _problems([400, 401, 403, 404, 409, 415, 422]),
    )


def _problems(statuses: list[int]) -> dict[Any, OpenApiResponse]:
    return {(status, _PROBLEM_JSON): OpenApiResponse(Problem, description=_SAYS[status]) for status in statuses}
