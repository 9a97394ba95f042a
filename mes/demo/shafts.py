"""The gear shaft GS-24 of the machining cell: made in lots, from bar to inspected shaft."""

from mes.demo.designs import DemoOperation, DemoStep, check, scan
from mes.kernel.audit.models import Meaning
from orders.models import StepKind, Tracking

# code: name, tracking, unit, quantity per piece, operation that consumes it
SHAFT_PARTS = {"BAR-12": ("Round bar 16MnCrS5, 12 mm", Tracking.LOT, "m", "0.045", "10")}


def _diameter(code: str, name: str, instruction: str, limits: tuple[str, str, str]) -> DemoStep:
    lower, target, upper = limits
    return DemoStep(
        code, StepKind.TABLE, name, instruction, "gear-shaft", samples=5, unit="mm",
        lower=lower, target=target, upper=upper, decimals=3,
    )  # fmt: skip


SHAFT = (
    DemoOperation(
        "10", "Turn", "lathe", 75, (), ("turning", 1),
        (
            scan("BAR", "BAR-12", "Scan the bar", "Scan the label on the bar rack."),
            _diameter("SEAT", "Bearing seat, turned", "Five shafts, at A.", ("8.150", "8.180", "8.210")),
            DemoStep(
                "LENGTH", StepKind.NUMBER, "Length", "First shaft, calliper.", "gear-shaft",
                unit="mm", lower="41.95", target="42.00", upper="42.05", decimals=2,
            ),
        ),
        setup_time_s=900, assets=(("turning-insert", 1),),
    ),
    DemoOperation(
        "20", "Hob the gear", "hobbing-machine", 95, ("10",), ("hobbing", 1),
        (
            check("FIRST", "First shaft", "Look at both flanks under the loupe.", "gear-shaft"),
            DemoStep(
                "SPAN", StepKind.TABLE, "Span over 3 teeth", "First, middle and last shaft.", "gear-shaft",
                samples=3, unit="mm", lower="7.58", target="7.60", upper="7.62", decimals=2,
            ),
            DemoStep(
                "COOLANT", StepKind.LIST, "Coolant", "Look through the window.",
                choices=("Clear", "Filled up", "Changed"),
            ),
        ),
        setup_time_s=1200, assets=(("hob", 1),),
    ),
    DemoOperation(
        "30", "Wash", "washer", 15, ("20",), ("turning", 1),
        (DemoStep("BASKET", StepKind.TASK, "Load the basket", "Upright, none touches another. Programme 2."),),
    ),
    DemoOperation(
        "40", "Case-harden", "furnace", 480, ("30",), ("heat-treatment", 1),
        (
            check("PROGRAMME", "Programme", "Programme 7: the display shows it.", "furnace", needs_witness=True),
            DemoStep("LOADED", StepKind.TIME, "In the furnace at", "When the door closes."),
            DemoStep(
                "TEMPERATURE", StepKind.TABLE, "Temperature", "Once an hour, from the recorder.", "furnace",
                samples=4, unit="°C", lower="920", target="930", upper="940", decimals=0,
            ),
            DemoStep(
                "HARDNESS", StepKind.NUMBER, "Surface hardness", "One shaft of the load.",
                unit="HRC", lower="58", target="60", upper="62", decimals=1,
            ),
        ),
        instruction="case-harden", must_confirm=True, assets=(("furnace-sensor", 0),),
    ),
    DemoOperation(
        "50", "Grind the seats", "grinder", 85, ("40",), ("grinding", 1),
        (
            DemoStep("DRESSED", StepKind.TASK, "Dress the wheel", "Before each lot."),
            _diameter("SEAT_A", "Seat A", "Five shafts of the lot.", ("7.991", "7.996", "8.000")),
            _diameter("SEAT_B", "Seat B", "The same five shafts.", ("7.991", "7.996", "8.000")),
        ),
        setup_time_s=600, instruction="grind-seats", assets=(("grinding-wheel", 1), ("micrometer", 0)),
    ),
    DemoOperation(
        "60", "Inspect", "measuring-room", 40, ("50",), ("inspection", 1),
        (
            DemoStep(
                "RUNOUT", StepKind.TABLE, "Run-out of the gear", "Five shafts between centres.", "gear-shaft",
                samples=5, unit="µm", upper="12", decimals=1,
            ),
            DemoStep("MEASURED_BY", StepKind.PERSON, "Measured by", "Who set up the gear tester."),
            DemoStep(
                "LOOKS", StepKind.LIST, "Looks", "All shafts, on the light table.",
                choices=("Without objection", "Marks, acceptable"),
            ),
            DemoStep(
                "MARKS", StepKind.TEXT, "Which marks?", "Where, and on how many.",
                condition=("LOOKS", "IS", "Marks, acceptable"),
            ),
        ),
        Meaning.VERIFIED, assets=(("gear-tester", 1), ("micrometer", 0)),
    ),
)  # fmt: skip
