"""The reasons a plant chooses from: trees in versions, of a site or of one of its areas."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.models.hierarchy import Area, Site
from equipment.outline import CODE
from equipment.status import ReasonKind, TreeStatus
from mes.kernel.records import History, Record, person_field

reason_code = RegexValidator(rf"^{CODE}\Z", lazy("Write capitals and digits without spaces, such as DIM-OD."))


class ReasonTree(Record):
    """One version of the reasons of a kind. Released ones are frozen by the database; the next version retires it.

    area: whose reasons they are; None: of every area of the site that has none of its own.
    """

    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="reason_trees")
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="reason_trees")
    kind = models.CharField(max_length=12, choices=ReasonKind)
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=TreeStatus, default=TreeStatus.DRAFT, editable=False)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    released_by = person_field(null=True, blank=True, editable=False)

    history = History()

    class Meta:
        ordering = ["kind", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "area", "kind", "number"],
                name="reason_tree_once",
                nulls_distinct=False,
                violation_error_message=lazy("There is a tree of this number already."),
            ),
            models.UniqueConstraint(
                fields=["site", "area", "kind"],
                condition=Q(status=TreeStatus.RELEASED),
                name="reason_tree_one_released",
                nulls_distinct=False,
                violation_error_message=lazy("Another tree of these reasons was released a moment ago."),
            ),
            models.CheckConstraint(
                condition=Q(status=TreeStatus.DRAFT) | Q(released_at__isnull=False, released_by__isnull=False),
                name="reason_tree_released_by_whom",
                violation_error_message=lazy("A released tree says who released it, and when."),
            ),
        ]

    def __str__(self) -> str:
        where = self.area or self.site
        return _("{kind} reasons of {where}, version {number}").format(
            kind=self.get_kind_display(), where=where, number=self.number
        )

    @property
    def is_draft(self) -> bool:
        return self.status == TreeStatus.DRAFT


class Reason(Record):
    """A reason; one with reasons under it is a heading, only a leaf can be chosen."""

    tree = models.ForeignKey(ReasonTree, on_delete=models.CASCADE, related_name="reasons")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="children")
    code = models.CharField(max_length=24, validators=[reason_code])
    name = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    history = History()

    class Meta:
        ordering = ["position", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tree", "code"],
                name="reason_code_once",
                violation_error_message=lazy("The tree has a reason of this code already."),
            ),
            # The target of the composite foreign key that keeps a reason in its heading's tree.
            models.UniqueConstraint(
                fields=["id", "tree"],
                name="reason_of_tree",
                violation_error_message=lazy("The heading belongs to another tree."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
