"""How a product is made at a site: a graph of operations with steps."""

from django.core.validators import FileExtensionValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from equipment.models import Site, StationClass
from mes.kernel.audit.models import Meaning
from mes.kernel.constraints import both_or_neither
from mes.kernel.personnel.models import Qualification
from mes.kernel.records import History, Record, person_field
from orders.models.products import Product
from orders.status import RevisionStatus

operation_code = RegexValidator(r"^[A-Z0-9]{1,12}$", "Write digits and capitals, such as 30.")
step_code = RegexValidator(r"^[A-Z0-9_]{1,24}$", "Write capitals, digits and underscores, such as SEAM_GAP.")


class Routing(Record):
    """How a product is made at a site (ISA-95: operations definition, work master)."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="routings")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "site"],
                name="routing_once",
                violation_error_message="The product has a routing at this site already: make a new revision of it.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class RoutingRevision(Record):
    """A state of a routing. Released ones are frozen by the database, operations, edges and steps included."""

    routing = models.ForeignKey(Routing, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=12, choices=RevisionStatus, default=RevisionStatus.DRAFT, editable=False)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    released_by = person_field(null=True, blank=True, editable=False)

    history = History()

    class Meta:
        ordering = ["routing__name", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["routing", "number"],
                name="routing_revision_once",
                violation_error_message="The routing has a revision of this number already.",
            ),
            models.CheckConstraint(
                condition=Q(status=RevisionStatus.DRAFT) | Q(released_at__isnull=False, released_by__isnull=False),
                name="routing_revision_released_by_whom",
                violation_error_message="A released revision says who released it, and when.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.routing.name}, revision {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.status == RevisionStatus.DRAFT


class Operation(Record):
    """A piece of work on a unit at one station (ISA-95: operations segment)."""

    routing_revision = models.ForeignKey(RoutingRevision, on_delete=models.CASCADE, related_name="operations")
    code = models.CharField(max_length=12, validators=[operation_code])
    name = models.CharField(max_length=80)
    station_class = models.ForeignKey(StationClass, on_delete=models.PROTECT, related_name="+")
    run_time_s = models.PositiveIntegerField("run time, s", default=60, help_text="Planned run time of one piece.")
    signature_meaning = models.CharField(
        "signature", max_length=16, choices=Meaning, blank=True, help_text="Completing asks for this signature."
    )

    history = History()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["routing_revision", "code"],
                name="operation_code_once",
                violation_error_message="The routing has an operation of this code already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class OperationEdge(Record):
    """`after` may start on a unit when `before` is done on it."""

    routing_revision = models.ForeignKey(RoutingRevision, on_delete=models.CASCADE, related_name="edges")
    before = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="edges_out")
    after = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="edges_in")

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["before", "after"], name="edge_once", violation_error_message="This edge is there already."
            ),
            models.CheckConstraint(
                condition=~Q(before=F("after")),
                name="edge_between_two",
                violation_error_message="An operation can't wait for itself.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.before.code} → {self.after.code}"


class OperationQualification(Record):
    """Who does the operation needs this qualification, at this level or above."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="qualifications")
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="+")
    minimum_level = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "qualification"],
                name="operation_qualification_once",
                violation_error_message="The operation asks for this qualification already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.qualification}, level {self.minimum_level}"


class StepKind(models.TextChoices):
    CHECK = "CHECK", "check"
    NUMBER = "NUMBER", "number with limits"
    TEXT = "TEXT", "text"
    SCAN = "SCAN", "scan of a component"


class Step(Record):
    """One thing to do and record within an operation.

    samples: how often it is recorded (six screws: 6). lower, upper, target: in quantity_unit, either may be open.
    component: what a SCAN step takes, as the BOM says.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=24, validators=[step_code])
    kind = models.CharField(max_length=8, choices=StepKind)
    name = models.CharField(max_length=60)
    instruction = models.TextField(blank=True, help_text="What to do, in one or two sentences to the person.")
    picture = models.FileField(
        upload_to="steps/", blank=True, validators=[FileExtensionValidator(["svg", "png", "jpg", "jpeg", "webp"])]
    )
    is_required = models.BooleanField(default=True)
    samples = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(50)])
    quantity_unit = models.CharField(max_length=12, blank=True)
    lower = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    upper = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    component = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    history = History()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "code"],
                name="step_code_once",
                violation_error_message="The operation has a step of this code already.",
            ),
            models.UniqueConstraint(
                fields=["operation", "position"],
                name="step_position_once",
                violation_error_message="Another step of the operation has this position.",
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(component__isnull=False), Q(kind="SCAN")),
                name="step_scan_has_component",
                violation_error_message="A scan step names its component, and no other step does.",
            ),
            models.CheckConstraint(
                condition=Q(kind="NUMBER") | Q(lower__isnull=True, upper__isnull=True, target__isnull=True),
                name="step_limits_on_numbers",
                violation_error_message="Only a number step has limits.",
            ),
            models.CheckConstraint(
                condition=Q(lower__isnull=True) | Q(upper__isnull=True) | Q(lower__lte=F("upper")),
                name="step_limits_in_order",
                violation_error_message="The lower limit is not above the upper one.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
