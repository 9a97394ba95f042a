"""Mappings: where in somebody else's CSV files our values are. A mapping is a YAML file of sections.

Documented in docs/mappings.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mes.kernel import csv_import
from mes.kernel.csv_import import Row, Table
from mes.kernel.documents import FileError, FilesWrong, Map, Reader, load
from mes.kernel.refusals import FieldError, InvalidInput

SECTIONS = ("products", "bom_lines", "orders")


class MappingDoesNotFit(InvalidInput):
    """The mapping names what the files do not have."""


class SourceMissing(InvalidInput):
    """A file that the mapping names is not in the folder, or can't be read."""


@dataclass(frozen=True)
class Lookup:
    """A value that is a row of another file: the first filled one of `column` in the row whose `key` it is."""

    file: str
    key: str
    column: tuple[str, ...] | str


@dataclass(frozen=True)
class Cell:
    """Where a value comes from: a constant, or the first filled one of some columns, translated by `values`.

    default: where all are empty. values: every value that is not listed stays as it is.
    """

    column: tuple[str, ...] | str = ()
    constant: str | None = None
    default: str = ""
    values: Mapping[str, str] | None = None
    through: Lookup | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        return (self.column,) if isinstance(self.column, str) else self.column


# A column, several of which the first filled one counts, or a cell with more beside it.
From = Cell | str | tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A row that says so, and what that means."""

    column: str
    value: str
    what: str


def read_sections(path: Path, shapes: Mapping[str, Any]) -> dict[str, Any]:
    """The sections of a mapping file, each as the dataclass of its shape; None where there is none.

    Raises FilesWrong with every mistake and its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FilesWrong(
            _("The mapping {file} can't be read.").format(file=path.name),
            why=str(error),
            do=_("Give the path of a YAML file in UTF-8."),
        ) from error
    value, errors = load(text, path.name)
    found: dict[str, Any] = {}
    if not errors and not isinstance(value, Map):
        errors.append(
            FileError.at(
                path.name,
                1,
                _("It is no mapping."),
                _("Its sections are: {sections}.").format(sections=", ".join(SECTIONS)),
            )
        )
    elif not errors:
        reader = Reader(path.name, errors)
        for name, line in value.lines.items():
            if name not in SECTIONS:
                reader.wrong(
                    line,
                    _("There is no {name} here.").format(name=name),
                    _("Its sections are: {sections}.").format(sections=", ".join(SECTIONS)),
                )
        found = {n: reader.read(s, value[n], value.lines[n], n) if n in value else None for n, s in shapes.items()}
    if errors:
        raise FilesWrong(
            _("The mapping {file} has mistakes.").format(file=path.name),
            do=_("Correct what is named; docs/mappings.md has every key."),
            errors=errors,
        )
    return found


def table_in(folder: Path, name: str) -> Table:
    """The table in a file of the folder. Raises SourceMissing, FileUnreadable, ColumnsWrong."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise SourceMissing(
            _("{name} is not in {folder}.").format(name=name, folder=folder.name),
            do=_("Name a file of the folder itself."),
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceMissing(
            _("{name} can't be read: {reason}.").format(name=name, reason=error.strerror),
            do=_("Put it into {folder}, or correct the mapping.").format(folder=folder),
        ) from error
    return csv_import.read(content)


class Values:
    """Values out of rows, by the cells of a mapping whose files are in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lookups = folder, dict[Lookup, Mapping[str, str]]()

    def of(self, row: Row, cell: From | None) -> str:
        """The value of a cell in a row; "" where the mapping has none. Raises MappingDoesNotFit, SourceMissing."""
        if cell is None:
            return ""
        if not isinstance(cell, Cell):
            cell = Cell(column=cell)
        if cell.constant is not None:
            return cell.constant
        text = first_filled(row, cell.columns)
        if cell.through is not None and text:
            text = self._looked_up(cell.through).get(text, text)
        if cell.values is not None and text in cell.values:
            return cell.values[text]
        return text or cell.default

    def all_of(self, row: Row, fields: Any) -> dict[str, str]:
        """The values of all cells of a dataclass of cells."""
        return {name: self.of(row, cell) for name, cell in vars(fields).items()}

    def _looked_up(self, lookup: Lookup) -> Mapping[str, str]:
        if lookup not in self._lookups:
            columns = (lookup.column,) if isinstance(lookup.column, str) else lookup.column
            rows = table_in(self._folder, lookup.file).rows
            self._lookups[lookup] = {first_filled(row, (lookup.key,)): first_filled(row, columns) for row in rows}
        return self._lookups[lookup]


def first_filled(row: Row, columns: tuple[str, ...]) -> str:
    """The first of some columns that is not empty. Raises MappingDoesNotFit."""
    for column in columns:
        if column.lower() not in row.values:
            raise MappingDoesNotFit(
                _("There is no column {column} in the file.").format(column=column),
                do=_("Correct the mapping."),
                errors=[FieldError(column, _("The file has no such column."))],
            )
        if row.values[column.lower()]:
            return row.values[column.lower()]
    return ""


def fitting(row: Row, conditions: Sequence[Condition]) -> list[Condition]:
    """Those of the conditions that hold for the row."""
    return [each for each in conditions if first_filled(row, (each.column,)) == each.value]
