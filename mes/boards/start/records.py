"""The ledger and the signatures, latest first."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from mes.boards import ledger
from mes.boards.start.panel import SHOWN, Asked, Line, Panel, panel
from mes.boards.templatetags.plant import moment
from mes.kernel.audit.models import Signature


def entries(asked: Asked) -> Panel:
    """The last rows of the ledger. What was written outside the application is marked."""
    rows = ledger.entries(list(ledger.search(asked.sites)[:SHOWN]))
    site = next(iter(asked.sites.values()), None)
    lines = [
        Line(
            str(entry.event.sequence),
            reverse("records") + f"?record={entry.event.record}",
            f"{entry.table} {entry.name}, {entry.act}: {entry.who}",
            moment(entry.event.at, site),
            *(("caution", "!") if entry.event.is_outside_the_application else ()),
        )
        for entry in rows
    ]
    return Panel(_("Latest in the ledger"), lines, len(lines), _("Nothing is on record yet."), reverse("records"))


def signatures(asked: Asked) -> Panel:
    """The last signatures of the person's sites and on master data."""
    site = next(iter(asked.sites.values()), None)
    found = Signature.objects.filter(Q(site_id__in=asked.sites) | Q(site_id__isnull=True)).select_related("signed_by")
    return panel(
        _("Latest signatures"),
        found.order_by("-signed_at"),
        lambda signature: Line(
            str(signature.signed_by),
            reverse("records") + f"?record={signature.record}",
            f"{signature.get_meaning_display()}: {ledger.name_of_table(signature.record_table)}",
            moment(signature.signed_at, site),
        ),
        empty=_("Nobody has signed anything yet."),
        more=reverse("admin:audit_signature_changelist"),
    )
