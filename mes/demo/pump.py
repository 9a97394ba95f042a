"""The infusion pump IP2 and the tubing set of the demo plant: how they are made, and of what."""

from mes.demo.designs import DemoOperation, DemoStep, check, scan
from mes.kernel.audit.models import Meaning
from orders.models import StepKind, Tracking

_SERIAL, _LOT = Tracking.SERIAL, Tracking.LOT

# code: name, tracking, unit, quantity per piece, operation that consumes it
PUMP_PARTS = {
    "PCB-7": ("Main board", _SERIAL, "pcs", "1", "10"),
    "BAT-36": ("Battery pack 3.6 V", _LOT, "pcs", "1", "10"),
    "DRV-2": ("Drive assembly", _SERIAL, "pcs", "1", "20"),
    "GSK-14": ("Housing gasket", _LOT, "pcs", "1", "20"),
    "M3X8-T10": ("Screw M3 × 8, Torx T10", _LOT, "pcs", "6", "30"),
    "UDI-LBL": ("UDI label, blank", _LOT, "pcs", "1", "50"),
    "IFU-EN": ("Instructions for use", _LOT, "pcs", "1", "60"),
}
TUBING_PARTS = {
    "TUBE-PVC": ("Tube PVC 3.0 × 4.1", _LOT, "m", "1.5", "10"),
    "LUER-M": ("Luer connector, male", _LOT, "pcs", "2", "10"),
}

PUMP = (
    DemoOperation(
        "10", "Main board", "esd-bench", 190, (), ("esd", 1),
        (
            scan("BOARD", "PCB-7", "Scan the main board", "Wear the wrist strap. Scan the board's label.", "board"),
            scan("BATTERY", "BAT-36", "Scan the battery lot", "Scan the lot on the battery tray."),
            DemoStep(
                "STRAP", StepKind.LIST, "Wrist strap", "Test it at the wall before the first board, then wear it.",
                choices=("Tested, good", "Exchanged, then good"),
            ),
            check("CONNECTOR", "Plug J4", "Press the battery plug into J4 until it clicks.", "board"),
            DemoStep("FIRMWARE", StepKind.TEXT, "Firmware version", "Read it from the tester, such as 4.2.1."),
        ),
    ),
    DemoOperation(
        "20", "Drive", "assembly-bench", 205, (), ("assembly", 1),
        (
            scan("DRIVE", "DRV-2", "Scan the drive", "Scan the serial number on the drive's motor.", "drive"),
            check("SEATED", "Seat the drive", "Slide it onto both pins, plug side to the left.", "drive"),
            DemoStep(
                "BACKLASH", StepKind.NUMBER, "Backlash", "Turn the spindle to and fro; read the dial gauge.", "drive",
                unit="mm", lower="0.02", target="0.05", upper="0.10", decimals=2,
            ),
            DemoStep(
                "GROOVE", StepKind.LIST, "Groove", "Look along the groove.", "drive",
                choices=("Clean", "Burr removed"),
            ),
            DemoStep(
                "BURR", StepKind.TEXT, "Where was the burr?", "As the hour on a clock, plug at 6.",
                condition=("GROOVE", "IS", "Burr removed"),
            ),
            scan("GASKET", "GSK-14", "Scan the gasket lot", "Scan the bag, then lay the gasket into the groove."),
        ),
    ),
    DemoOperation(
        "30", "Torque housing screws", "torque-bench", 210, ("10", "20"), ("torque", 2),
        (
            scan("SCREWS", "M3X8-T10", "Scan the screw lot", "Scan the label on the screw tray.", "torque"),
            check("HOUSING", "Seat the housing", "Close it; the gasket shows evenly all round.", "torque"),
            DemoStep(
                "TORQUE", StepKind.NUMBER, "Torque screws", "In the order 1 to 6: pull the wrench until it clicks.",
                "torque", samples=6, unit="N·m", lower="1.10", target="1.20", upper="1.30",
            ),
            DemoStep(
                "SEAM", StepKind.NUMBER, "Measure the seam gap", "Feeler gauge, at the widest place.", "torque",
                unit="mm", lower="0.00", upper="0.15",
            ),
        ),
        instruction="torque-housing", assets=(("torque-wrench", 6),),
    ),
    DemoOperation(
        "40", "Leak test", "leak-tester", 210, ("30",), ("leak-test", 1),
        (
            check("FIXTURE", "Clamp the pump", "Into fixture F2, inlet up; close the lever.", "leak-test"),
            DemoStep(
                "PRESSURE", StepKind.NUMBER, "Test pressure", "Wait until it is steady.", "leak-test",
                unit="kPa", lower="49", target="50", upper="51",
            ),
            DemoStep(
                "LEAK", StepKind.NUMBER, "Leak rate", "Read it after 60 seconds.", "leak-test",
                unit="ml/min", upper="0.30",
            ),
        ),
        Meaning.PERFORMED, instruction="leak-test", must_confirm=True, assets=(("leak-tester", 1), ("clamp", 1)),
    ),
    DemoOperation(
        "50", "Label", "label-bench", 90, ("40",), ("label", 1),
        (
            scan("LABEL", "UDI-LBL", "Scan the label roll", "Scan the lot on the roll's core."),
            check("POSITION", "Apply the label", "Into the recess, straight, without bubbles.", "label"),
            DemoStep(
                "UDI", StepKind.TEXT, "Read the UDI back", "Scan the label on the pump; a second person reads it, too.",
                "label", needs_witness=True,
            ),
        ),
        needs_line_clearance=True,
    ),
    DemoOperation(
        "60", "Pack", "packing-bench", 120, ("50",), ("assembly", 1),
        (
            scan("IFU", "IFU-EN", "Scan the instructions' lot", "Scan the lot on the pack of leaflets."),
            check("CARTON", "Pack the carton", "Foam below, pump, leaflet, foam above.", "pack"),
            DemoStep(
                "WEIGHT", StepKind.NUMBER, "Carton weight", "On the scale at ST-60: a leaflet weighs 21 g.", "pack",
                unit="kg", lower="1.92", target="2.00", upper="2.08",
            ),
            DemoStep(
                "PHOTO", StepKind.FILE, "Photo of the carton", "Only if foam or leaflet lie otherwise than drawn.",
                "pack", is_required=False,
            ),
        ),
        assets=(("scale", 1),), needs_line_clearance=True,
    ),
)  # fmt: skip

TUBING = (
    DemoOperation(
        "10", "Cut and bond", "assembly-bench", 20, (), ("assembly", 1),
        (
            scan("TUBE", "TUBE-PVC", "Scan the tube reel", "Scan the lot on the reel."),
            scan("LUER", "LUER-M", "Scan the connector lot", "Scan the bag of connectors."),
            DemoStep(
                "LENGTH", StepKind.TABLE, "Length", "Measure the first, three in the middle and the last set.",
                samples=5, unit="mm", lower="1495", target="1500", upper="1505",
            ),
        ),
    ),
    DemoOperation(
        "20", "Bag and seal", "packing-bench", 12, ("10",), ("assembly", 1),
        (check("SEAL", "Check the seals", "No channel across any seal, on ten bags."),),
    ),
)  # fmt: skip
