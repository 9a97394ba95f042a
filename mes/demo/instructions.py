"""Work instructions of the demo plant: Markdown with a drawing, in a released revision each."""

from django.core.files.base import ContentFile

from orders.models import Instruction, InstructionFile, InstructionRevision

# code: name, picture (none: ""), text
INSTRUCTIONS = {
    "TORQUE-HOUSING": (
        "Torque the housing screws",
        "torque",
        """\
# Torque the housing screws

The six screws press the gasket. One that is too loose leaks, one that is too tight cracks its boss.

![Order of the screws](torque)

1. Place all six screws, two turns each.
2. Torque them in the order **1 to 6**, across the pump.
3. Pull the wrench evenly until it clicks, **once**.

If a screw goes on turning after the click, back it out, look at the boss and call quality.
""",
    ),
    "LEAK-TEST": (
        "Leak test",
        "leak-test",
        """\
# Leak test

![Pump in the fixture](leak-test)

- Fixture **F2**, inlet up. The lever closes with a click.
- Wait until the pressure is steady, then **60 seconds**.
- Above **0.30 ml/min** the pump is scrap, unless the lever was open.

Nobody tests a pump twice to get a better figure: correct the value only with its reason.
""",
    ),
    "CASE-HARDEN": (
        "Case-harden gear shafts",
        "furnace",
        """\
# Case-harden gear shafts

![Load of the furnace](furnace)

| | |
|---|---|
| Carburise | 930 °C, 4 h, carbon level 0.8 % |
| Quench | oil, 60 °C |
| Temper | 170 °C, 1 h 30 min |

Hang the shafts; none touches another. A second person looks at the programme before it starts.
""",
    ),
    "GRIND-SEATS": (
        "Grind the bearing seats",
        "gear-shaft",
        """\
# Grind the bearing seats

![Gear shaft GS-24](gear-shaft)

Both seats are **8.000 mm**, minus 9 µm. Dress the wheel before each lot. Measure five shafts of a lot where the
drawing shows **A** and **B**.
""",
    ),
}


def build_instructions() -> list[InstructionRevision]:
    """A draft of each. Within an open door."""
    from mes.demo.routing import PICTURES

    drafts = []
    for code, (name, picture, body) in INSTRUCTIONS.items():
        instruction = Instruction.objects.create(code=code.lower(), name=name)
        draft = InstructionRevision.objects.create(instruction=instruction, number=1, body=body)
        content = (PICTURES / f"{picture}.svg").read_bytes()
        file = ContentFile(content, name=f"{picture}.svg")
        InstructionFile.objects.create(instruction_revision=draft, name=picture, file=file, caption=name)
        drafts.append(draft)
    return drafts
