"""Signing in to the API by bearer token (RFC 6750)."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from mes.kernel.keys import token_hash
from mes.kernel.personnel.models import ApiToken, Person
from mes.kernel.prepared import prepared


class TokenAuthentication(authentication.BaseAuthentication):
    """Authorization: Bearer <token>. Its person, narrowed to its scopes and sites."""

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        scheme, _blank, token = authentication.get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        found = _valid_tokens(token_hash(token.strip()))
        if not found:
            raise exceptions.AuthenticationFailed(_("The token is unknown, revoked, or its person is disabled."))
        (known,) = found
        known.person.token = known
        return known.person, known

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="plantwright"'


@prepared
def _valid_tokens(hashed: str) -> QuerySet[ApiToken]:
    return ApiToken.objects.select_related("person").filter(
        token_hash=hashed, revoked_at__isnull=True, person__is_active=True
    )


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "mes.kernel.personnel.tokens.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}
