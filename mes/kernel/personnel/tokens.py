"""Bearer tokens of the API (RFC 6750)."""

import hashlib
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from mes.kernel.personnel.models import ApiToken, Person
from mes.kernel.personnel.policies import missing_scopes
from mes.kernel.personnel.roles import permissions_of
from mes.kernel.refusals import InvalidInput


def create_token(*, person: Person, scopes: list[str], name: str, by: Person | None, at: datetime) -> str:
    """Make a token and return it; it is shown this once and stored as a SHA-256 hash."""
    if unknown := missing_scopes(scopes):
        raise InvalidInput(f"Unknown scopes: {', '.join(unknown)}.", do="See docs/api.md for the list.")
    token = f"pw_{token_urlsafe(32)}"
    ApiToken.objects.create(
        person=person, name=name, token_hash=_hash(token), scopes=scopes, created_at=at, created_by=by
    )
    return token


class TokenAuthentication(authentication.BaseAuthentication):
    """Authorization: Bearer <token>. The person's permissions are narrowed to the token's scopes."""

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        scheme, _, token = authentication.get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "bearer":
            return None
        known = ApiToken.objects.select_related("person").filter(token_hash=_hash(token.strip())).first()
        if known is None or known.revoked_at is not None or not known.person.is_active:
            raise exceptions.AuthenticationFailed("The token is unknown, revoked, or its person is disabled.")
        person = known.person
        if known.scopes:
            person.permissions = permissions_of(person.roles) & frozenset(known.scopes)
        return person, known

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="plantwright"'


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "mes.kernel.personnel.tokens.TokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
