"""The base of every REST view: who may, what was asked, and the door with the request's idempotency key."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar, cast

from django.core.exceptions import RequestDataTooBig
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mes.kernel.door import Passage, fingerprint, open_door
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_one_of
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest import shapes
from mes.kernel.rest.fields import Input, is_one_line
from mes.kernel.rest.parsers import StrictJSONParser

IDEMPOTENCY_KEY = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

# A password in a stored digest could be found by trying: the fingerprint of a request leaves secrets out.
_SECRETS = {"secret", "pin"}


class BodyTooLarge(InvalidInput):
    """The body is larger than the server takes (setting DATA_UPLOAD_MAX_MEMORY_SIZE)."""

    status = 413


class Endpoint(APIView):
    """A view of the API. permissions: the right that each method needs (of several: one), asked before all else."""

    parser_classes = [StrictJSONParser]
    metadata_class = None
    permissions: ClassVar[Mapping[str, Permission | tuple[Permission, ...]]]
    at: datetime  # of the request, and of everything that is written for it
    passage: Passage | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self.at = timezone.now()
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method.lower() in self.http_method_names and hasattr(self, method.lower()) and method != "OPTIONS":
            needed = self.permissions[method]
            check_one_of(cast(Person, request.user), *([needed] if isinstance(needed, Permission) else needed))
        for value in kwargs.values():
            if not is_one_line(str(value)):
                raise NotFound(_("There is nothing at this address."), do=_("Check the address."))

    def read(self, shape: type[Input]) -> dict[str, Any]:
        """The request's body in this shape; raises a problem that names every wrong field."""
        return shapes.read(shape, self.request.data)

    def read_query(self, shape: type[Input]) -> dict[str, Any]:
        """The query of the address in this shape, each parameter once."""
        given = self.request.query_params
        if twice := [name for name, values in given.lists() if len(values) > 1]:
            raise serializers.ValidationError({name[:80]: [_("It is given more than once.")] for name in twice})
        return shapes.read(shape, given.dict())

    @contextmanager
    def door(self, *, station: str = "", reason: str = "") -> Iterator[Passage]:
        """The door, for the person of the request, with its idempotency key. See mes.kernel.door."""
        with open_door(
            person=self.request.user,
            at=self.at,
            station=station,
            reason=reason,
            request_id=getattr(self.request._request, "request_id", ""),
            key=self._key(),
            asked=self.asked(_without_secrets(self.request.data)),
        ) as self.passage:
            yield self.passage

    def asked(self, content: Any) -> str:
        """The request's fingerprint. Its token's sites belong to it: what one did is not told to a narrower one."""
        token: Any = self.request.auth  # of our own kind, which the stubs don't know
        sites = sorted(token.sites) if token else []
        return fingerprint(self.request.method, self.request.path, content, *sites)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, RequestDataTooBig):
            raise BodyTooLarge(_("The body is too large."), do=_("Send it in parts.")) from exc
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.passage is not None and self.passage.replayed:
            response[REPLAYED] = "true"
        return response

    def _key(self) -> str:
        key = self.request.headers.get(IDEMPOTENCY_KEY)
        if key is None:
            return ""
        if not (1 <= len(key) <= 200 and key.isascii() and key.isprintable()):
            sentence = _("An idempotency key has 1 to 200 printable ASCII characters.")
            raise InvalidInput(sentence, do=_("Send a UUID."), errors=[FieldError(IDEMPOTENCY_KEY, sentence)])
        return key


def _without_secrets(body: Any) -> Any:
    if isinstance(body, Mapping):
        return {name: _without_secrets(value) for name, value in body.items() if name not in _SECRETS}
    if isinstance(body, list):
        return [_without_secrets(value) for value in body]
    return body
