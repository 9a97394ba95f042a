"""How the demo plant's master data is written down: operations and steps, without a database."""

from dataclasses import dataclass

from orders.models import StepKind


@dataclass(frozen=True)
class DemoStep:
    """condition: (step, comparison, value) of an earlier answer."""

    code: str
    kind: StepKind
    name: str
    instruction: str
    picture: str = ""
    samples: int = 1
    unit: str = ""
    lower: str | None = None
    target: str | None = None
    upper: str | None = None
    component: str = ""
    decimals: int | None = None
    choices: tuple[str, ...] = ()
    condition: tuple[str, str, str] = ("", "", "")
    is_required: bool = True
    needs_witness: bool = False
    signature: str = ""


@dataclass(frozen=True)
class DemoOperation:
    """station_class: by code. qualification: code and least level. instruction: its code.


    assets: class of the asset and cycles per piece.
    """

    code: str
    name: str
    station_class: str
    run_time_s: int
    after: tuple[str, ...]
    qualification: tuple[str, int]
    steps: tuple[DemoStep, ...]
    signature: str = ""
    setup_time_s: int = 0
    instruction: str = ""
    must_confirm: bool = False
    assets: tuple[tuple[str, int], ...] = ()
    needs_line_clearance: bool = False


def check(code: str, name: str, instruction: str, picture: str = "", *, needs_witness: bool = False) -> DemoStep:
    return DemoStep(code, StepKind.CHECK, name, instruction, picture, needs_witness=needs_witness)


def scan(code: str, component: str, name: str, instruction: str, picture: str = "") -> DemoStep:
    return DemoStep(code, StepKind.SCAN, name, instruction, picture, component=component)
