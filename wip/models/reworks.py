from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from equipment.models import Site
from genealogy.models import Unit
from mes.kernel.constraints import both_or_neither
from mes.kernel.records import History, Record, person_field
from orders.models import PinnedPlan, RoutingRevision
from wip.models.defects import DEFECT_IN_WORDS
from wip.status import ReworkStatus


class Rework(Record):
    """The decision that a unit goes another way: back to an earlier operation, or through a rework routing.

    found_in: the operation at which it was found, by code. return_to: where the unit goes on in its order's routing;
    it and everything after it is done anew, the same operation again being local rework. routing_revision, plan: the
    rework routing that is followed first; None: none. It is done when the unit has passed found_in again. defect_code,
    defect_name: what was found, in the words of that day.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reworks")
    found_in = models.CharField(max_length=12)
    return_to = models.CharField(max_length=12)
    routing_revision = models.ForeignKey(RoutingRevision, on_delete=models.PROTECT, null=True, related_name="+")
    plan = models.ForeignKey(PinnedPlan, on_delete=models.PROTECT, to_field="digest", null=True, related_name="+")
    status = models.CharField(max_length=12, choices=ReworkStatus, default=ReworkStatus.OPEN)
    reason_code = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=200)
    defect_code = models.CharField(max_length=24, blank=True)
    defect_name = models.CharField(max_length=80, blank=True)
    decided_at = models.DateTimeField()
    decided_by = person_field()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = person_field(null=True, blank=True)

    history = History()

    class Meta:
        ordering = ["-decided_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(status=ReworkStatus.OPEN),
                name="rework_open_once",
                violation_error_message=_("The unit is in rework already: end that first."),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="rework_has_reason", violation_error_message=_("Rework needs a reason.")
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(status=ReworkStatus.OPEN), Q(ended_at__isnull=True, ended_by__isnull=True)),
                name="rework_ended_by_whom",
                violation_error_message=_("A rework that ended says who ended it, and when."),
            ),
            models.CheckConstraint(
                condition=DEFECT_IN_WORDS,
                name="rework_defect_in_words",
                violation_error_message=_("A defect is named by its code and its name."),
            ),
        ]
        indexes = [
            models.Index(fields=["site", "decided_at"], condition=~Q(defect_code=""), name="rework_of_defect"),
        ]

    def __str__(self) -> str:
        return self.number
