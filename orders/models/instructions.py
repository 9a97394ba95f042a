"""Work instructions: texts with pictures, documents and films, in revisions of their own."""

from django.core.validators import FileExtensionValidator
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mes.kernel.records import History, Record, person_field
from orders.models.revisions import Revision, revision_constraints

PICTURES = ["svg", "png", "jpg", "jpeg", "webp"]
FILES = [*PICTURES, "pdf", "mp4", "webm"]


class Instruction(Record):
    """How something is done, in words and pictures; operations point to it, an order pins its released revision."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    history = History()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class InstructionRevision(Revision):
    """A state of an instruction. body: Markdown; its files are named in it as they are called."""

    instruction = models.ForeignKey(Instruction, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    body = models.TextField(blank=True)

    history = History()

    class Meta:
        ordering = ["instruction__code", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["instruction", "number"],
                name="instruction_revision_once",
                violation_error_message=lazy("The instruction has a revision of this number already."),
            ),
            *revision_constraints("instruction_revision"),
        ]

    def __str__(self) -> str:
        return _("{instruction}, revision {number}").format(instruction=self.instruction.code, number=self.number)


class InstructionFile(Record):
    """A picture, PDF or film of an instruction."""

    instruction_revision = models.ForeignKey(InstructionRevision, on_delete=models.CASCADE, related_name="files")
    name = models.SlugField(max_length=60)
    file = models.FileField(upload_to="instructions/", validators=[FileExtensionValidator(FILES)])
    caption = models.CharField(max_length=120, blank=True)

    history = History()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["instruction_revision", "name"],
                name="instruction_file_once",
                violation_error_message=lazy("The instruction has a file of this name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class InstructionConfirmation(Record):
    """A person has read a revision of an instruction and confirmed it. Append-only."""

    instruction_revision = models.ForeignKey(
        InstructionRevision, on_delete=models.PROTECT, related_name="confirmations"
    )
    at = models.DateTimeField()
    by = person_field()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["instruction_revision", "by"],
                name="instruction_confirmed_once",
                violation_error_message=lazy("You have confirmed this instruction already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.by_id} read {self.instruction_revision_id}"
