"""A reason tree as people write it down: a line a reason, code first, indented below its heading."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mes.kernel.refusals import FieldError, InvalidInput

LEVELS = 3  # a heading, one below it, the reason: more is more touches than anybody makes
INDENT = 2  # blanks a level
NAME_LENGTH = 80
CODE = r"[A-Z0-9][A-Z0-9_.-]{0,23}"  # how a reason's code is written


@dataclass(frozen=True)
class Line:
    """A reason of an outline. depth: 0 for the top; heading: code of the reason it stands below, empty at the top."""

    code: str
    name: str
    depth: int
    heading: str


@dataclass(frozen=True, slots=True)
class LineError(FieldError):
    """One thing wrong in one line. number: of the line, from 1."""

    number: int = 0


def parse(text: str) -> list[Line]:
    """The reasons of an outline, headings before what stands below them. Raises InvalidInput with every wrong line."""
    lines: list[Line] = []
    above: list[str] = []  # the codes from the top down to the line before
    errors: list[LineError] = []
    for number, written in enumerate(text.replace("\t", " " * INDENT).splitlines(), 1):
        if not written.strip():
            continue
        code, _blank, name = written.strip().partition(" ")
        depth, rest = divmod(len(written) - len(written.lstrip(" ")), INDENT)
        wrong = _mistake(code, name.strip(), depth, rest, above, lines)
        if wrong:
            errors.append(LineError(_("line {number}").format(number=number), *wrong, number=number))
        else:
            above = [*above[:depth], code]
            lines.append(Line(code, name.strip(), depth, above[depth - 1] if depth else ""))
    if errors:
        raise InvalidInput(_("The reasons can't be read."), do=_("Correct the lines that are named."), errors=errors)
    return lines


def _mistake(
    code: str, name: str, depth: int, rest: int, above: Sequence[str], lines: Iterable[Line]
) -> tuple[str, str] | None:
    """What is wrong with a line, and what to do."""
    if rest or depth > len(above):
        return _("It is indented too far, or not by two blanks."), _("Indent it two blanks more than its heading.")
    if depth >= LEVELS:
        return _("There are more than {levels} levels.").format(levels=LEVELS), _("Put it below a higher heading.")
    if not re.fullmatch(CODE, code):
        return (
            _("{code} is no code.").format(code=code[:24]),
            _("Begin with capitals and digits without blanks, such as DIM-OD."),
        )
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        return (
            _("{code} has no words, or more than {most} characters.").format(code=code, most=NAME_LENGTH),
            _("Say in a few words what it is."),
        )
    if any(line.code == code for line in lines):
        return _("{code} is there twice.").format(code=code), _("Give each reason a code of its own.")
    return None


def write(lines: Iterable[Line]) -> str:
    """The outline of these lines: the inverse of `parse`."""
    return "\n".join(f"{' ' * INDENT * line.depth}{line.code} {line.name}" for line in lines)
