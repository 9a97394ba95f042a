"""Whether the account of a connection may book what its machines do."""

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from equipment.models import Connection, SiteAccess, Tag
from equipment.status import Books
from mes.kernel.personnel.roles import Permission


def with_account(connections: QuerySet[Connection]) -> QuerySet[Connection]:
    """The connections with all that `why_may_not_book` asks of them, in the same statement."""
    booking = Tag.objects.filter(connection=OuterRef("pk"), is_active=True).exclude(books=Books.NOTHING)
    access = SiteAccess.objects.filter(person=OuterRef("account"), site=OuterRef("site"))
    return connections.select_related("account").annotate(books=Exists(booking), sees_site=Exists(access))


def why_may_not_book(connection: Connection) -> str:
    """Why nothing that a connection tells is booked, and what to do; empty where it may be, or tells nothing to book.

    Of what can be known without a job: what its operation asks of a person as well is judged with each event.
    """
    account = connection.account
    if not connection.books:  # type: ignore[attr-defined]
        return ""
    if account is None:
        return _("Nobody is named who books it. Name an account of the connection in the administration.")
    if not account.is_active:
        said = _("Its account may not book here: {account} is disabled. Enable it, or name another.")
    elif not connection.sees_site:  # type: ignore[attr-defined]
        said = _("Its account may not book here: {account} does not see {site}. Give it the site, or name another.")
    elif not account.may(Permission.WORK):
        said = _("Its account may not book here: {account} has no role that works. Give it one, or name another.")
    else:
        return ""
    return said.format(account=account, site=connection.site)
