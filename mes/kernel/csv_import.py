"""Tables that come in from outside: a CSV file's bytes, or a request's members, as rows that know where they stood.

A file is UTF-8 (with or without a byte order mark) or UTF-16 (with one), separated by comma, semicolon or tab, quoted
as RFC 4180 has it. What can't be read at all is refused with its line; what is wrong in one row is collected, so that
a person sees every mistake at once.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mes.kernel.refusals import FieldError, InvalidInput

FIELD_LIMIT = 1 << 20  # characters in one field
csv.field_size_limit(FIELD_LIMIT)  # the csv module knows one limit for the whole process

_LINE_END = re.compile(r"\r\n|\r|\n")
_AS_UTF_8 = lazy("Save it as UTF-8 (in a spreadsheet: “CSV UTF-8”) and send it again.")
_AS_CSV = lazy("Export it again as CSV, one order of columns for all rows.")


class FileUnreadable(InvalidInput):
    """The file can't be read as a table; `errors` says in which line and why."""


class ColumnsWrong(InvalidInput):
    """Columns are unknown, missing or doubled; `errors` names each."""


@dataclass(frozen=True, slots=True)
class CellError(FieldError):
    """One thing wrong in one cell, or in the whole row (column ""). row: the line in the file, or the item's index."""

    row: int = 0
    column: str = ""

    @classmethod
    def at(cls, row: int, column: str, what: str, do: str = "") -> Self:
        where = _("row {row}, {column}").format(row=row, column=column) if column else _("row {row}").format(row=row)
        return cls(where, what, do, row, column)


@dataclass(frozen=True, slots=True)
class Row:
    """One row. number: where a person finds it. values: by column, trimmed; "" where a cell or column is empty."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values[column]


@dataclass(frozen=True)
class Columns:
    """What a table may have; each name once, in any order."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return self.required + self.optional


@dataclass
class Table:
    """The rows that could be read, and what is wrong with those that could not."""

    columns: Columns
    rows: list[Row] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)


def read(content: bytes, columns: Columns | None = None) -> Table:
    """The table in a file. Rows are numbered by the line they begin in; empty lines are passed over.

    columns None: whatever the header says, in small letters. Raises FileUnreadable and ColumnsWrong.
    """
    text = _decoded(content)
    rows = _rows(text, _separator(text, columns.names if columns else ()))
    line, header = next(rows, (0, []))
    if not header:
        raise _unreadable(1, _("The file holds separators and no text."), _("Export the file again, with its columns."))
    names = [name.strip().lower() for name in header]
    columns = columns or Columns(required=tuple(dict.fromkeys(names)))
    _check_columns(line, names, columns)
    table = Table(columns)
    for line, cells in rows:
        if len(cells) == len(names):
            given = dict(zip(names, (cell.strip() for cell in cells), strict=True))
            table.rows.append(Row(line, {name: given.get(name, "") for name in columns.names}))
        else:
            table.errors.append(
                CellError.at(
                    line,
                    "",
                    _("It has {count} fields, the header has {columns}.").format(count=len(cells), columns=len(names)),
                    _("Quote separators in text."),
                )
            )
    if not table.rows and not table.errors:
        raise _unreadable(line, _("There is a header and no row below it."), _("Export the file again, with its rows."))
    return table


def table_of(items: Sequence[Mapping[str, Any]], columns: Columns) -> Table:
    """The same table from a program's request: each item is a row, numbered from 0."""
    table = Table(columns)
    for number, item in enumerate(items):
        unknown = [str(name) for name in item if name not in columns.names]
        table.errors += [
            CellError.at(number, name, _("There is no such member."), _("Leave it out.")) for name in unknown
        ]
        table.rows.append(Row(number, {name: _text(item.get(name)) for name in columns.names}))
    return table


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _decoded(content: bytes) -> str:
    sixteen = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if sixteen else "utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-16" if sixteen else "utf-8", errors="ignore")
        raise _unreadable(
            _line_of(before),
            _("The byte {byte} is not {encoding}.").format(
                byte=f"0x{error.object[error.start]:02X}", encoding="UTF-16" if sixteen else "UTF-8"
            ),
            str(_AS_UTF_8),
        ) from error
    if "\0" in text:
        raise _unreadable(
            _line_of(text[: text.index("\0")]), _("It holds a NUL character: this is no text."), str(_AS_UTF_8)
        )
    if not text.strip():
        raise _unreadable(1, _("The file is empty."), _("Choose the file again."))
    return text


def _separator(text: str, columns: Sequence[str]) -> str:
    """The separator that finds most of our columns in the header, else most columns."""
    header = next(line for line in _LINE_END.split(text) if line.strip())

    def found(separator: str) -> tuple[int, int]:
        names = [name.strip().strip('"').strip().lower() for name in header.split(separator)]
        return len(set(names) & set(columns)), len(names)

    return max(",;\t", key=found)


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of every row with anything in it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _unreadable(line, *_reason(str(error))) from error
        if any(cell.strip() for cell in cells):
            yield line, cells


def _reason(error: str) -> tuple[str, str]:
    if "field larger" in error:
        return (
            _("A field is longer than {most:,} characters.").format(most=FIELD_LIMIT),
            _("Look for a quotation mark that is never closed."),
        )
    if "end of data" in error:
        return (
            _("A quotation mark is opened here and never closed."),
            _("Close it, or write it twice inside a quoted text."),
        )
    return _("A quotation mark stands inside a quoted text."), _("Write it twice, or put a separator behind the text.")


def _check_columns(line: int, names: Sequence[str], columns: Columns) -> None:
    known = ", ".join(columns.names)
    counts = Counter(names)
    errors = [
        CellError.at(
            line, name or _("(no name)"), _("There is no such column."), _("Known are: {known}.").format(known=known)
        )
        for name in counts
        if name not in columns.names
    ]
    errors += [CellError.at(line, n, _("The column is there twice."), _("Keep one.")) for n in counts if counts[n] > 1]
    errors += [
        CellError.at(line, n, _("The column is missing."), _("Add it.")) for n in columns.required if n not in counts
    ]
    if errors:
        raise ColumnsWrong(_("The columns are not right."), do=str(_AS_CSV), errors=errors)


def _line_of(before: str) -> int:
    return len(_LINE_END.findall(before)) + 1


def _unreadable(line: int, what: str, do: str) -> FileUnreadable:
    return FileUnreadable(
        _("The file can't be read."),
        why=_("Line {line}: {what}").format(line=line, what=what),
        do=do,
        errors=[CellError.at(line, "", what, do)],
    )
