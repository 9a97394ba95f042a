"""What the demo plant's people choose reasons from: a tree a kind, some of them an area's own."""

from equipment.status import ReasonKind

_SCRAP_ASSEMBLY = """\
LEAK Leaks
  LEAK-INLET Leaks at the inlet port
  LEAK-SEAM Leaks along the seam
DAMAGE Damaged
  DAMAGE-BOSS Screw boss cracked
  DAMAGE-HOUSING Housing scratched or chipped
  DAMAGE-ESD Board damaged by a discharge
LABEL Label unreadable or torn
"""
_SCRAP_MACHINING = """\
DIM Out of dimension
  DIM-OD Outer diameter
  DIM-LENGTH Length
  DIM-RUNOUT Run-out
SURFACE Surface
  SURFACE-BURN Grinding burn
  SURFACE-CHATTER Chatter marks
HEAT Hardness out of limits
SETUP Set-up part
"""
_DOWNTIME = """\
WAIT Waiting
  WAIT-MATERIAL No material
  WAIT-PEOPLE Nobody at the station
  WAIT-QUALITY Waiting for quality
FAULT Fault
  FAULT-TOOL Tool broken or worn
  FAULT-DEVICE Device out of order
  FAULT-IT Screen or scanner out of order
PLANNED Planned
  PLANNED-SETUP Set-up
  PLANNED-CLEAN Cleaning
"""
_HOLD = """\
DOUBT Doubt about quality
  DOUBT-PART The unit or lot itself
  DOUBT-MATERIAL A component or supplier's lot
  DOUBT-MEASURING A gauge or tester
CUSTOMER The customer asks for it
PAPERS Papers are missing
"""
_REWORK = """\
RETORQUE Loosen and torque again
RESEAL New gasket, close again
RELABEL Remove the label and apply a new one
REGRIND Grind again within tolerance
"""
_OVERRIDE = """\
SHIFT-CHANGE The person went home
TRAINING Under supervision, for training
AGREED Agreed with quality, see remark
"""
_DEFECT = """\
ELECTRIC Electric
  E-BOARD Board does not start
  E-PLUG Plug loose
MECHANIC Mechanic
  M-LEAK Leak
  M-NOISE Noise of the drive
  M-THREAD Thread stripped
LOOKS Looks
  L-SCRATCH Scratch
  L-LABEL Label crooked
"""

# Area (empty: the whole site), kind, outline.
TREES = (
    ("ASSEMBLY", ReasonKind.SCRAP, _SCRAP_ASSEMBLY),
    ("MACHINING", ReasonKind.SCRAP, _SCRAP_MACHINING),
    ("", ReasonKind.DOWNTIME, _DOWNTIME),
    ("", ReasonKind.HOLD, _HOLD),
    ("", ReasonKind.REWORK, _REWORK),
    ("", ReasonKind.OVERRIDE, _OVERRIDE),
    ("", ReasonKind.DEFECT, _DEFECT),
)
