"""How a product is made at a site: a graph of operations with steps."""

from django.contrib.postgres.fields import ArrayField
from django.core.validators import FileExtensionValidator, MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.models import AssetClass, Site, StationClass
from mes.kernel.audit.models import Meaning
from mes.kernel.constraints import both_or_neither
from mes.kernel.personnel.models import Qualification
from mes.kernel.records import History, Record
from orders.models.instructions import PICTURES, Instruction
from orders.models.products import Product
from orders.models.revisions import Revision, revision_constraints

operation_code = RegexValidator(r"^[A-Z0-9]{1,12}$", lazy("Write digits and capitals, such as 30."))
step_code = RegexValidator(r"^[A-Z0-9_]{1,24}$", lazy("Write capitals, digits and underscores, such as SEAM_GAP."))


class Routing(Record):
    """How a product is made at a site (ISA-95: operations definition, work master).

    product None: a library of standard operations, which are copied into the routings of products. is_rework: a way
    that units are sent by a decision, out of the product's routing and back into it.
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="routings")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    is_rework = models.BooleanField(lazy("rework"), default=False)

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["product", "site"],
                condition=Q(is_rework=False),
                name="routing_once",
                violation_error_message=lazy(
                    "The product has a routing at this site already: make a new revision of it."
                ),
            ),
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=Q(product__isnull=True),
                name="routing_library_once",
                violation_error_message=lazy("The site has a library of this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_library(self) -> bool:
        return self.product_id is None


class RoutingRevision(Revision):
    """A state of a routing. Released ones are frozen by the database, operations, edges and steps included.

    redline_of: the order that alone is made by it, changed while it runs; its numbers are counted within the order.
    redline_reason: why the order is changed.
    """

    routing = models.ForeignKey(Routing, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    redline_of = models.ForeignKey(
        "orders.WorkOrder", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="redlines"
    )
    redline_reason = models.CharField(max_length=200, blank=True, editable=False)

    history = History()

    class Meta:
        ordering = ["routing__name", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["routing", "number"],
                condition=Q(redline_of__isnull=True),
                name="routing_revision_once",
                violation_error_message=lazy("The routing has a revision of this number already."),
            ),
            models.UniqueConstraint(
                fields=["redline_of", "number"],
                name="redline_once",
                violation_error_message=lazy("The order has a redline of this number already."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(redline_of__isnull=True), Q(redline_reason="")),
                name="redline_has_reason",
                violation_error_message=lazy("A redline says why the order is changed."),
            ),
            *revision_constraints("routing_revision"),
        ]

    def __str__(self) -> str:
        if self.redline_of_id is not None:
            return _("{routing}, redline {number} of {order}").format(
                routing=self.routing.name, number=self.number, order=self.redline_of
            )
        return _("{routing}, revision {number}").format(routing=self.routing.name, number=self.number)


class Operation(Record):
    """A piece of work on a unit at one station (ISA-95: operations segment).

    alternate_group: of the operations of one group a unit goes through one. max_attempts: how often it may be done on a
    unit, 0 for any number. copied_from: the standard operation it began as. batch_quantity: how much goes into one run
    of several units or lots together, in quantity_unit; None: it is done one by one. setup_family: jobs of one family
    follow each other without a setup. hold_after_failures: so many results in a row that are not good hold it, 0 for
    none; hold_below_yield: percent good of what was booked below which it is held.
    """

    routing_revision = models.ForeignKey(RoutingRevision, on_delete=models.CASCADE, related_name="operations")
    code = models.CharField(max_length=12, validators=[operation_code])
    name = models.CharField(max_length=80)
    station_class = models.ForeignKey(StationClass, on_delete=models.PROTECT, related_name="+")
    setup_time_s = models.PositiveIntegerField(
        lazy("setup time, s"), default=0, help_text=lazy("Planned setup of one run.")
    )
    run_time_s = models.PositiveIntegerField(
        lazy("run time, s"), default=60, help_text=lazy("Planned run time of one piece.")
    )
    signature_meaning = models.CharField(
        lazy("signature"),
        max_length=16,
        choices=Meaning,
        blank=True,
        help_text=lazy("Completing asks for this signature."),
    )
    is_optional = models.BooleanField(default=False, help_text=lazy("It may be skipped, with a reason."))
    alternate_group = models.CharField(max_length=12, blank=True)
    max_attempts = models.PositiveSmallIntegerField(default=0)
    needs_line_clearance = models.BooleanField(default=False)
    instruction = models.ForeignKey(
        Instruction, on_delete=models.PROTECT, null=True, blank=True, related_name="operations"
    )
    must_confirm_instruction = models.BooleanField(
        default=False, help_text=lazy("Who does it has read the instruction's revision and confirmed that.")
    )
    setup_family = models.CharField(max_length=24, blank=True)
    batch_quantity = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    hold_after_failures = models.PositiveSmallIntegerField(default=0)
    hold_below_yield = models.PositiveSmallIntegerField(
        lazy("hold below yield, %"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    copied_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="copies"
    )

    history = History()

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["routing_revision", "code"],
                name="operation_code_once",
                violation_error_message=lazy("The routing has an operation of this code already."),
            ),
            models.CheckConstraint(
                condition=Q(must_confirm_instruction=False) | Q(instruction__isnull=False),
                name="operation_confirms_an_instruction",
                violation_error_message=lazy("There is no instruction to confirm: choose one."),
            ),
            models.CheckConstraint(
                condition=Q(batch_quantity__isnull=True) | Q(batch_quantity__gt=0),
                name="operation_batch_positive",
                violation_error_message=lazy("A batch takes more than 0."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class OperationEdge(Record):
    """`after` may start on a unit when `before` is done on it.

    transfer_quantity: `after` may start when this much of a lot is good at `before`; None: all of it.
    minimum_time_s, maximum_time_s: between the end of `before` and the start of `after` (cooling, pot life).
    holds_when_late: a unit that waited longer than the maximum is put on hold.
    """

    routing_revision = models.ForeignKey(RoutingRevision, on_delete=models.CASCADE, related_name="edges")
    before = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="edges_out")
    after = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="edges_in")
    transfer_quantity = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    minimum_time_s = models.PositiveIntegerField(lazy("minimum time, s"), null=True, blank=True)
    maximum_time_s = models.PositiveIntegerField(lazy("maximum time, s"), null=True, blank=True)
    holds_when_late = models.BooleanField(default=False)

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["before", "after"],
                name="edge_once",
                violation_error_message=lazy("This edge is there already."),
            ),
            models.CheckConstraint(
                condition=~Q(before=F("after")),
                name="edge_between_two",
                violation_error_message=lazy("An operation can't wait for itself."),
            ),
            models.CheckConstraint(
                condition=Q(transfer_quantity__isnull=True) | Q(transfer_quantity__gt=0),
                name="edge_transfer_positive",
                violation_error_message=lazy("A transfer quantity is more than 0."),
            ),
            models.CheckConstraint(
                condition=Q(minimum_time_s__isnull=True)
                | Q(maximum_time_s__isnull=True)
                | Q(minimum_time_s__lte=F("maximum_time_s")),
                name="edge_times_in_order",
                violation_error_message=lazy("The minimum time is not above the maximum."),
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
                violation_error_message=lazy("The operation asks for this qualification already."),
            )
        ]

    def __str__(self) -> str:
        return _("{qualification}, level {level}").format(qualification=self.qualification, level=self.minimum_level)


class OperationAsset(Record):
    """The operation needs a tool, gauge or fixture of this class at the station.

    cycles_per_piece: what one piece adds to the asset's life.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="assets")
    asset_class = models.ForeignKey(AssetClass, on_delete=models.PROTECT, related_name="+")
    cycles_per_piece = models.PositiveIntegerField(default=1)

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "asset_class"],
                name="operation_asset_once",
                violation_error_message=lazy("The operation asks for this class already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.asset_class)


class OperationSetpoint(Record):
    """A value of the recipe that is written to the machine before the operation starts there.

    tag: code of a tag at the station. value: as the tag takes it: a number, yes or no, a text. tolerance: how far what
    is read back may differ; None: not at all. Written by position.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="setpoints")
    position = models.PositiveSmallIntegerField()
    tag = models.SlugField(max_length=60, help_text=lazy("Code of the tag at the station that it is written to."))
    value = models.CharField(max_length=60)
    tolerance = models.DecimalField(
        max_digits=14,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=lazy("How far what is read back may differ; empty: not at all."),
    )

    history = History()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "tag"],
                name="setpoint_once",
                violation_error_message=lazy("The operation sets this tag already."),
            ),
            models.UniqueConstraint(
                fields=["operation", "position"],
                name="setpoint_position_once",
                violation_error_message=lazy("Another setpoint of the operation has this position."),
            ),
            models.CheckConstraint(
                condition=Q(tolerance__isnull=True) | Q(tolerance__gte=0),
                name="setpoint_tolerance_positive",
                violation_error_message=lazy("A tolerance is 0 or more."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag} = {self.value}"


class StepKind(models.TextChoices):
    TASK = "TASK", lazy("task")
    CHECK = "CHECK", lazy("check")
    NUMBER = "NUMBER", lazy("number with limits")
    TABLE = "TABLE", lazy("table of numbers")
    TEXT = "TEXT", lazy("text")
    LIST = "LIST", lazy("choice from a list")
    PERSON = "PERSON", lazy("person")
    TIME = "TIME", lazy("date and time")
    FILE = "FILE", lazy("photo or file")
    SCAN = "SCAN", lazy("scan of a component")


class Comparison(models.TextChoices):
    """How an earlier answer decides whether a step is asked."""

    IS = "IS", lazy("is")
    IS_NOT = "IS_NOT", lazy("is not")
    ABOVE = "ABOVE", lazy("is above")
    BELOW = "BELOW", lazy("is below")


class Step(Record):
    """One thing to do and record within an operation.

    samples: how often it is recorded (six screws: 6). lower, upper, target: in quantity_unit, either may be open.
    component: what a SCAN step takes, as the BOM says. choices: of a LIST step. TABLE: all its samples are
    entered together. decimals: places that values and limits are shown with; None: as many as they need.
    condition_*: asked only when the earlier step's last answer compares so; a step that was never asked asks nothing.
    needs_witness: a second person confirms each value with badge and PIN. signature_meaning: its record is signed.
    tag: code of the tag at the station that its value may be read from; is_from_machine: no value but the machine's is
    taken, unless it corrects one, with the reason.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=24, validators=[step_code])
    kind = models.CharField(max_length=8, choices=StepKind)
    name = models.CharField(max_length=60)
    instruction = models.TextField(blank=True, help_text=lazy("What to do, in one or two sentences to the person."))
    picture = models.FileField(upload_to="steps/", blank=True, validators=[FileExtensionValidator(PICTURES)])
    is_required = models.BooleanField(default=True)
    samples = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1), MaxValueValidator(50)])
    quantity_unit = models.CharField(max_length=12, blank=True)
    lower = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    upper = models.DecimalField(max_digits=14, decimal_places=4, null=True, blank=True)
    component = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decimals = models.PositiveSmallIntegerField(null=True, blank=True, validators=[MaxValueValidator(4)])
    choices = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    condition_step = models.CharField(max_length=24, blank=True, validators=[step_code])
    condition_comparison = models.CharField(max_length=8, choices=Comparison, blank=True)
    condition_value = models.CharField(max_length=60, blank=True)
    needs_witness = models.BooleanField(default=False)
    signature_meaning = models.CharField(lazy("signature"), max_length=16, choices=Meaning, blank=True)
    tag = models.SlugField(
        max_length=60, blank=True, help_text=lazy("Code of the tag at the station that it is read from.")
    )
    is_from_machine = models.BooleanField(default=False, help_text=lazy("Nobody enters it by hand."))

    history = History()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["operation", "code"],
                name="step_code_once",
                violation_error_message=lazy("The operation has a step of this code already."),
            ),
            models.UniqueConstraint(
                fields=["operation", "position"],
                name="step_position_once",
                violation_error_message=lazy("Another step of the operation has this position."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(component__isnull=False), Q(kind="SCAN")),
                name="step_scan_has_component",
                violation_error_message=lazy("A scan step names its component, and no other step does."),
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["NUMBER", "TABLE"])
                | Q(lower__isnull=True, upper__isnull=True, target__isnull=True),
                name="step_limits_on_numbers",
                violation_error_message=lazy("Only a step of numbers has limits."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(kind="LIST"), ~Q(choices=[])),
                name="step_list_has_choices",
                violation_error_message=lazy("A list step has choices, and no other step does."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(condition_step=""), Q(condition_comparison="")),
                name="step_condition_whole",
                violation_error_message=lazy("A condition names a step and how its answer compares."),
            ),
            models.CheckConstraint(
                condition=Q(lower__isnull=True) | Q(upper__isnull=True) | Q(lower__lte=F("upper")),
                name="step_limits_in_order",
                violation_error_message=lazy("The lower limit is not above the upper one."),
            ),
            models.CheckConstraint(
                condition=Q(tag="") | ~Q(kind__in=["TABLE", "PERSON", "FILE"]),
                name="step_read_from_tag",
                violation_error_message=lazy("A table, a person or a file is not read from a tag."),
            ),
            models.CheckConstraint(
                condition=Q(is_from_machine=False) | Q(needs_witness=False, signature_meaning="") & ~Q(tag=""),
                name="step_from_machine_has_tag",
                violation_error_message=lazy(
                    "What only the machine says names its tag, and asks for no witness or signature."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name
