"""Cells of tables that go out: none of them is taken for a formula by a spreadsheet, and each comes back as it was."""

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def neutral(text: str) -> str:
    """With an apostrophe before what a spreadsheet would calculate; numbers stay numbers."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def as_it_was(cell: str) -> str:
    """The text that gave this cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
