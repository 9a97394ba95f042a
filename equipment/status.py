from django.db import models
from django.utils.translation import gettext_lazy as _

from mes.kernel.transitions import Transitions


class AssetKind(models.TextChoices):
    TOOL = "TOOL", _("Tool")
    GAUGE = "GAUGE", _("Gauge")
    FIXTURE = "FIXTURE", _("Fixture")


class CalibrationResult(models.TextChoices):
    PASSED = "PASSED", _("Passed as found")
    ADJUSTED = "ADJUSTED", _("Passed after adjustment")
    FAILED = "FAILED", _("Failed: out of use")


class CalibrationState(models.TextChoices):
    """What a calibration is worth on a day."""

    NOT_NEEDED = "NOT_NEEDED", _("Not calibrated")
    IN_ORDER = "IN_ORDER", _("In order")
    DUE_SOON = "DUE_SOON", _("Due within 30 days")
    OVERDUE = "OVERDUE", _("Overdue")
    MISSING = "MISSING", _("Without a valid calibration")


class CalendarChange(models.TextChoices):
    """How a day differs from the weekly shifts."""

    CLOSED = "CLOSED", _("Closed")
    HOURS = "HOURS", _("Other hours")
    OVERTIME = "OVERTIME", _("Overtime")


class DispatchRule(models.TextChoices):
    """By what a station's queue is ranked; what each means exactly: docs/execution.md."""

    PRIORITY = "PRIORITY", _("Priority, then due date")
    DUE = "DUE", _("Earliest due date")
    SHORTEST = "SHORTEST", _("Shortest time")
    CRITICAL = "CRITICAL", _("Critical ratio")
    FAMILY = "FAMILY", _("Same setup first, then due date")
    FIFO = "FIFO", _("First in, first out")


class ReasonKind(models.TextChoices):
    """What is given a reason; DEFECT is the tree of defect codes."""

    SCRAP = "SCRAP", _("Scrap")
    DOWNTIME = "DOWNTIME", _("Downtime")
    HOLD = "HOLD", _("Hold")
    REWORK = "REWORK", _("Rework")
    OVERRIDE = "OVERRIDE", _("Override")
    DEFECT = "DEFECT", _("Defect")


class TreeStatus(models.TextChoices):
    DRAFT = "DRAFT", _("Draft")
    RELEASED = "RELEASED", _("Released")
    OBSOLETE = "OBSOLETE", _("Obsolete")


REASON_TREE = Transitions(
    _("reason tree"),
    {
        (None, "draft"): TreeStatus.DRAFT,
        (TreeStatus.DRAFT, "release"): TreeStatus.RELEASED,
        (TreeStatus.RELEASED, "retire"): TreeStatus.OBSOLETE,
    },
)


class CallKind(models.TextChoices):
    SUPERVISOR = "SUPERVISOR", _("Supervisor")
    MATERIAL = "MATERIAL", _("Material")
    MAINTENANCE = "MAINTENANCE", _("Maintenance")
    QUALITY = "QUALITY", _("Quality")


class CallStatus(models.TextChoices):
    OPEN = "OPEN", _("Called")
    TAKEN = "TAKEN", _("Taken")
    DONE = "DONE", _("Done")


HELP_CALL = Transitions(
    _("help call"),
    {
        (None, "call"): CallStatus.OPEN,
        (CallStatus.OPEN, "take"): CallStatus.TAKEN,
        (CallStatus.OPEN, "finish"): CallStatus.DONE,
        (CallStatus.TAKEN, "finish"): CallStatus.DONE,
    },
)


class ConnectionKind(models.TextChoices):
    """Which driver talks with a machine (`equipment.drivers.DRIVERS`)."""

    MODBUS = "MODBUS", _("Modbus TCP")
    OPCUA = "OPCUA", _("OPC UA")


class LinkState(models.TextChoices):
    """How a connection stands, as its collector sees it."""

    WAITING = "WAITING", _("Waits for a collector")
    CONNECTING = "CONNECTING", _("Connecting")
    GOOD = "GOOD", _("Good")
    LOST = "LOST", _("Lost")
    REFUSED = "REFUSED", _("Not trusted")
    PAUSED = "PAUSED", _("Paused")


class SecurityPolicy(models.TextChoices):
    """OPC UA part 7: how messages are signed and encrypted."""

    NONE = "None", _("None")
    BASIC256SHA256 = "Basic256Sha256", _("Basic256Sha256")
    AES128 = "Aes128Sha256RsaOaep", _("Aes128-Sha256-RsaOaep")
    AES256 = "Aes256Sha256RsaPss", _("Aes256-Sha256-RsaPss")


class SecurityMode(models.TextChoices):
    NONE = "None", _("None")
    SIGN = "Sign", _("Sign")
    SIGN_AND_ENCRYPT = "SignAndEncrypt", _("Sign and encrypt")


class TagType(models.TextChoices):
    """What a tag's value is at the machine; the drivers' ValueType."""

    BOOL = "BOOL", _("Yes or no")
    INT16 = "INT16", _("Whole number, 16 bit")
    UINT16 = "UINT16", _("Whole number without sign, 16 bit")
    INT32 = "INT32", _("Whole number, 32 bit")
    UINT32 = "UINT32", _("Whole number without sign, 32 bit")
    INT64 = "INT64", _("Whole number, 64 bit")
    UINT64 = "UINT64", _("Whole number without sign, 64 bit")
    FLOAT32 = "FLOAT32", _("Number, 32 bit")
    FLOAT64 = "FLOAT64", _("Number, 64 bit")
    TEXT = "TEXT", _("Text")


class ByteOrder(models.TextChoices):
    """In which order a 32-bit value's bytes come, A being the highest; the drivers' WordOrder."""

    ABCD = "ABCD", _("ABCD: high word and high byte first")
    CDAB = "CDAB", _("CDAB: low word first")
    BADC = "BADC", _("BADC: low byte first in each word")
    DCBA = "DCBA", _("DCBA: low word and low byte first")


class Reporting(models.TextChoices):
    """When a value that was read is stored."""

    ALWAYS = "ALWAYS", _("Always")
    CHANGE = "CHANGE", _("When it changes")
    DEADBAND = "DEADBAND", _("Beyond a deadband")


class TagRole(models.TextChoices):
    VALUE = "VALUE", _("Value")
    COUNTER = "COUNTER", _("Counter")
    EVENT = "EVENT", _("Event (handshake)")


class Books(models.TextChoices):
    """What a counter or an event of a machine means for the record."""

    NOTHING = "NOTHING", _("Nothing")
    PART_STARTED = "PART_STARTED", _("A part is started")
    PART_DONE = "PART_DONE", _("Good parts are done")
    PART_SCRAPPED = "PART_SCRAPPED", _("Parts are scrap")
    TEST_RESULT = "TEST_RESULT", _("A test has its result")


class TagComparison(models.TextChoices):
    EQUAL = "EQ", "="
    NOT_EQUAL = "NE", "≠"
    LESS = "LT", "<"
    AT_MOST = "LE", "≤"
    MORE = "GT", ">"
    AT_LEAST = "GE", "≥"


class MachineState(models.TextChoices):
    """What a machine does, in the words of a plant; how other standards' states map: `equipment.collection`."""

    RUNNING = "RUNNING", _("Running")
    IDLE = "IDLE", _("Idle")
    SETUP = "SETUP", _("Set-up")
    STOPPED = "STOPPED", _("Stopped")
    DOWN = "DOWN", _("Down")


class MachineNeed(models.TextChoices):
    """In which states of its machine work begins at a station."""

    UP = "UP", _("Not down")
    READY = "READY", _("Running, idle or in set-up")


class Interlock(models.TextChoices):
    """What is written to a station's machine before work begins there."""

    PERMISSION = "PERMISSION", _("Permission")
    RECIPE = "RECIPE", _("Recipe, then permission")


NEEDED_STATES: dict[str, frozenset[str]] = {
    MachineNeed.UP: frozenset(MachineState) - {MachineState.DOWN},
    MachineNeed.READY: frozenset({MachineState.RUNNING, MachineState.IDLE, MachineState.SETUP}),
}


class BookingResult(models.TextChoices):
    """What came of a machine's event."""

    BOOKED = "BOOKED", _("Booked")
    NOTED = "NOTED", _("Noted, nothing to book")
    REFUSED = "REFUSED", _("Refused")
    SETTLED = "SETTLED", _("Settled, not to be booked")


class Settlement(models.TextChoices):
    """Why a machine's event that was refused is not to be booked."""

    BY_HAND = "BY_HAND", _("Booked by hand")
    NO_PRODUCTION = "NO_PRODUCTION", _("No production: a test, a setup, a wrong count")
    OTHER = "OTHER", _("Another reason")


class Purpose(models.TextChoices):
    """Why something is written to a machine."""

    HAND = "HAND", _("By hand")
    PREPARE = "PREPARE", _("To prepare it for work")
    WITHDRAW = "WITHDRAW", _("To withdraw its permission")


class CommandStatus(models.TextChoices):
    QUEUED = "QUEUED", _("Waits to be sent")
    WRITING = "WRITING", _("Being written")
    VERIFIED = "VERIFIED", _("Written and read back")
    MISMATCHED = "MISMATCHED", _("Read back otherwise")
    REFUSED = "REFUSED", _("Refused by the machine")
    EXPIRED = "EXPIRED", _("Expired, never sent")
    CANCELLED = "CANCELLED", _("Cancelled")


MACHINE_COMMAND = Transitions(
    _("machine command"),
    {
        (None, "queue"): CommandStatus.QUEUED,
        (CommandStatus.QUEUED, "write"): CommandStatus.WRITING,
        (CommandStatus.QUEUED, "expire"): CommandStatus.EXPIRED,
        (CommandStatus.QUEUED, "cancel"): CommandStatus.CANCELLED,
        (CommandStatus.QUEUED, "refuse"): CommandStatus.REFUSED,
        (CommandStatus.WRITING, "verify"): CommandStatus.VERIFIED,
        (CommandStatus.WRITING, "mismatch"): CommandStatus.MISMATCHED,
        (CommandStatus.WRITING, "refuse"): CommandStatus.REFUSED,
    },
)
