"""What the revisions of products, routings and instructions have in common."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mes.kernel.records import Record, person_field
from orders.status import RevisionStatus


class Revision(Record):
    """A state of a design: drafted, approved by who drafted it, released by somebody else, obsolete.

    From approval on the database freezes its content (orders.frozen). effective_from, effective_to: the days, at the
    site, between which a new order may pin it, both included; None: open.
    """

    status = models.CharField(max_length=12, choices=RevisionStatus, default=RevisionStatus.DRAFT, editable=False)
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_by = person_field(null=True, blank=True, editable=False)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    released_by = person_field(null=True, blank=True, editable=False)
    effective_from = models.DateField(null=True, blank=True)
    effective_to = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def is_draft(self) -> bool:
        return self.status == RevisionStatus.DRAFT

    @property
    def effectivity(self) -> str:
        """From when to when a new order may pin it, as a sentence; empty: without limits."""
        first, last = (day and date_format(day, "d M Y") for day in (self.effective_from, self.effective_to))
        if first and last:
            return _("It is effective from {first} until {last}.").format(first=first, last=last)
        if first:
            return _("It is effective from {first}.").format(first=first)
        return _("It is effective until {last}.").format(last=last) if last else ""

    def is_effective_on(self, day: date) -> bool:
        """Whether a new order may pin it on that day."""
        return (
            self.status == RevisionStatus.RELEASED
            and (self.effective_from is None or self.effective_from <= day)
            and (self.effective_to is None or day <= self.effective_to)
        )


def revision_constraints(name: str) -> list[models.BaseConstraint]:
    """The constraints of a kind of revision; name: its table's, without the app."""
    never_released = Q(status__in=[RevisionStatus.DRAFT, RevisionStatus.APPROVED])
    return [
        models.CheckConstraint(
            condition=never_released | Q(released_at__isnull=False, released_by__isnull=False),
            name=f"{name}_released_by_whom",
            violation_error_message=lazy("A released revision says who released it, and when."),
        ),
        models.CheckConstraint(
            condition=~Q(status=RevisionStatus.APPROVED) | Q(approved_at__isnull=False, approved_by__isnull=False),
            name=f"{name}_approved_by_whom",
            violation_error_message=lazy("An approved revision says who approved it, and when."),
        ),
        models.CheckConstraint(
            condition=Q(approved_by__isnull=True) | Q(released_by__isnull=True) | ~Q(approved_by=F("released_by")),
            name=f"{name}_released_by_another",
            violation_error_message=lazy("Who approved a draft does not release it: let another person do that."),
        ),
        models.CheckConstraint(
            condition=Q(effective_from__isnull=True)
            | Q(effective_to__isnull=True)
            | Q(effective_from__lte=F("effective_to")),
            name=f"{name}_effective_in_order",
            violation_error_message=lazy("The first day of effectivity is not after the last."),
        ),
    ]
