"""Making and revoking the bearer tokens of the API."""

from collections.abc import Collection
from datetime import datetime
from secrets import token_urlsafe

from django.utils.translation import gettext as _

from equipment.queries import sites_of
from mes.kernel.keys import token_hash
from mes.kernel.personnel.models import ApiToken, Person
from mes.kernel.personnel.policies import check_permission, missing_scopes
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import InvalidInput, Refusal


class TokenRevoked(Refusal):
    """The token is revoked already; it stays so."""


def create_token(
    *,
    person: Person,
    scopes: Collection[str] = (),
    sites: Collection[str] = (),
    name: str,
    by: Person | None,
    at: datetime,
) -> str:
    """Make a token and return it; it is shown this once and stored as a SHA-256 hash.

    scopes: permissions it is narrowed to; sites: codes of its person's sites it is narrowed to; none: all the person
    has, by then. by None: whoever may run commands on the server. Raises RoleMissing and InvalidInput.
    """
    if by is not None:
        check_permission(by, Permission.EDIT_PEOPLE)
    if unknown := missing_scopes(scopes):
        raise InvalidInput(
            _("Unknown scopes: {scopes}.").format(scopes=", ".join(unknown)),
            do=_("See docs/reference/roles.md for the list."),
        )
    known = {site.code: site.pk for site in sites_of(person).values()}
    if lacking := [code for code in sites if code not in known]:
        raise InvalidInput(
            _("{person} has no access to these sites: {sites}.").format(person=person, sites=", ".join(lacking)),
            do=_("Check the codes, or give the person access first: a token gives none."),
        )
    token = f"pw_{token_urlsafe(32)}"
    ApiToken.objects.create(
        person=person,
        name=name,
        token_hash=token_hash(token),
        scopes=list(scopes),
        sites=[known[code] for code in dict.fromkeys(sites)],
        created_at=at,
        created_by=by,
    )
    return token


def revoke_token(*, token: ApiToken, by: Person, at: datetime) -> ApiToken:
    """The token opens nothing any more. Raises RoleMissing and TokenRevoked."""
    check_permission(by, Permission.EDIT_PEOPLE)
    locked = ApiToken.objects.select_for_update(no_key=True).get(pk=token.pk)
    if locked.revoked_at is not None:
        raise TokenRevoked(
            _("{token} is revoked already.").format(token=locked), do=_("Make a new one if it is needed again.")
        )
    locked.revoked_at, locked.revoked_by = at, by
    locked.save(update_fields=["revoked_at", "revoked_by"])
    return locked
