"""The routing that the floor's model goes by: what each operation waits for, in words.

10 CUT ─┬─(3 are enough)─> 20 DRILL ─┬─> 41 PRESS ──────────────┬─> 50 TEST
        │                            └─> 42 WELD ─> 43 GRIND ───┤    PRESS and WELD are alternates, DRILL is done twice
        └─> 30 DEBURR, optional ────────────────────────────────┘    at most, GRIND takes a peg for each piece

CUT and TEST are done in batches. Redlines: 45 before TEST is added, DEBURR is left out. The rework routing: R1 ─> R2.
"""

from functools import cache

LINE = {"10": "", "20": "10", "30": "10", "41": "20", "42": "20", "43": "42", "50": "41 43 30"}
REPAIR = {"R1": "", "R2": "R1"}
CODES = [*LINE, "45", *REPAIR]
ALTERNATES = {"41", "42"}
ENOUGH, MOST_DRILLS = 3, 2
TAKES = "43"
ROOM = {"10": 12, "50": 8}


@cache
def waits(plan: str) -> dict[str, str]:
    """What each operation of a plan waits for. plan: "repair", or the redlines that are in effect, as "+45-30"."""
    if plan == "repair":
        return REPAIR
    line = dict(LINE)
    if "+45" in plan:
        line |= {"45": "41 43", "50": "45 30"}
    if "-30" in plan:
        del line["30"]
        line["50"] = line["50"].removesuffix(" 30")
    return line


@cache
def after(plan: str, code: str) -> frozenset[str]:
    """The operation and all that come after it."""
    found = {code}
    for _ in CODES:
        found |= {later for later, before in waits(plan).items() if found & set(before.split())}
    return frozenset(found)
