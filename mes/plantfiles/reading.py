"""From plant files to rows: what every file says, and file and line of all that it can't say."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from functools import cache
from pathlib import PurePosixPath
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from equipment import outline
from mes.kernel.documents import FileError, Items, Map, Reader, load
from mes.kernel.numbers import decimal_of
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import check_username
from mes.kernel.refusals import InvalidInput
from mes.plantfiles.folders import MARK, Files
from mes.plantfiles.kinds import FOLDERS, PARTS, Key, Kind
from mes.plantfiles.presets import written_out
from mes.plantfiles.rows import WEEKDAYS, Content, Row

FORMAT = "1"
_SHAPES: tuple[tuple[Any, type], ...] = (
    (models.BooleanField, bool),
    (models.IntegerField, int),
    (models.FloatField, float),
    (models.DateField, date),
    (models.TimeField, time),
)
_LARGEST_B = 4 * 1024 * 1024  # of one YAML file; nobody reads a diff of more


@dataclass
class Found:
    """What the files say: every row, also of those that have mistakes, and the mistakes."""

    rows: list[Row] = field(default_factory=list)
    errors: list[FileError] = field(default_factory=list)


def rows_of(files: Files) -> Found:
    """The rows of all plant files."""
    found = Found()
    for name, folder, text in _documents(files, found.errors):
        value, errors = load(text, name)
        found.errors += errors
        if errors:
            continue
        if not isinstance(value, Map):
            found.errors.append(FileError.at(name, 1, _("It is no mapping."), _("Write key: value, one a line.")))
            continue
        _FileRows(name, Reader(name, found.errors), files, found.rows).read(FOLDERS[folder], value, value.line, ())
    return found


def _documents(files: Files, errors: list[FileError]) -> Iterator[tuple[str, str, str]]:
    """Name, folder and text of each YAML file of a thing."""
    if MARK not in files:
        errors.append(
            FileError.at(
                MARK,
                1,
                _("It is missing: this is no folder of plant files."),
                _("Write format: {format}").format(format=FORMAT),
            )
        )
    for name, content in files.items():
        folder, _slash, rest = name.partition("/")
        if PurePosixPath(name).suffix != ".yaml" or (folder in FOLDERS and not rest):
            continue
        text = _text(name, content, errors)
        if text is None:
            continue
        if name == MARK:
            _check_format(text, errors)
        elif folder in FOLDERS:
            yield name, folder, text
        else:
            errors.append(
                FileError.at(
                    name,
                    1,
                    _("There is no kind {folder}.").format(folder=folder),
                    _("Folders are: {folders}.").format(folders=", ".join(FOLDERS)),
                )
            )


def _text(name: str, content: bytes, errors: list[FileError]) -> str | None:
    """The text of a file; None, and a mistake, if it is none."""
    if len(content) > _LARGEST_B:
        errors.append(
            FileError.at(
                name,
                1,
                _("It has more than {most} MB.").format(most=_LARGEST_B // 1024 // 1024),
                _("Divide it."),
            )
        )
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        errors.append(FileError.at(name, line, _("It is no UTF-8 text."), _("Save it in UTF-8.")))
        return None


def _check_format(text: str, errors: list[FileError]) -> None:
    value, wrong = load(text, MARK)
    errors += wrong
    if not wrong and value != {"format": FORMAT}:
        errors.append(
            FileError.at(
                MARK,
                1,
                _("It has another format."),
                _("It says format: {format} and nothing else.").format(format=FORMAT),
            )
        )


@dataclass
class _FileRows:
    """The rows of one file."""

    file: str
    reader: Reader
    files: Files
    rows: list[Row]

    def read(self, kind: Kind, value: Any, line: int, parent: Key, place: int = 1) -> None:
        if not isinstance(value, Map):
            value = self._short(kind, value, line)
        if value is None:
            return
        parts = {part.under: part for part in PARTS[kind]}
        for key, at in value.lines.items():
            if key not in kind.said and key not in parts:
                self.reader.wrong(
                    at,
                    _("There is no {key} here.").format(key=key),
                    _("Known are: {keys}.").format(keys=", ".join((*kind.said, *parts))),
                )
        before = len(self.reader.errors)
        own = {name: self._value(kind, name, value, place) for name in kind.said}
        for name in kind.said:
            if name in kind.required and name not in value:
                self.reader.wrong(
                    value.line, _("{name} is missing.").format(name=name), _("Write {name}: …").format(name=name)
                )
        if len(self.reader.errors) > before and any(own[n] is None for n in kind.key if n in kind.required):
            return  # nobody knows which one it is
        row = Row(kind, kind.key_of(parent, own), parent, own, self.file, value.line, value.lines)
        self.rows.append(row)
        for under, part in parts.items():
            self._parts(part, value, under, row.key)

    def _short(self, kind: Kind, value: Any, line: int) -> Map | None:
        """What has nothing but its key may be written as a word."""
        if len(kind.said) > 1 or not isinstance(value, str):
            self.reader.wrong(
                line,
                _("A {kind} is a mapping.").format(kind=kind.name),
                _("Write {key}: … and what else it has.").format(key=kind.said[0]),
            )
            return None
        found = Map({kind.said[0]: value})
        found.line, found.lines = line, {kind.said[0]: line}
        return found

    def _parts(self, part: Kind, value: Map, under: str, parent: Key) -> None:
        given = value.get(under)
        if isinstance(given, Items):
            for place, (each, line) in enumerate(written_out(given, self.reader), start=1):
                self.read(part, each, line, parent, place)
        elif given is not None:
            self.reader.wrong(
                value.lines[under], _("{name} is a list.").format(name=under), _("Write a line with a dash for each.")
            )

    def _value(self, kind: Kind, name: str, given: Map, place: int) -> Any:
        if name not in given:
            return place if name == kind.number else default_of(kind, name)
        line, text = given.lines[name], given[name]
        column = kind.columns.get(name)
        if text is None or (text == "" and column is not None and column.null):
            if column is None or not column.null:
                self.reader.wrong(
                    line, _("{name} is empty.").format(name=name), _("Write its value, or leave the line out.")
                )
            return None
        if name in ("body", "file", "picture"):
            return self._content(column, name, text, line)
        if name == "reasons":
            return self._reasons(text, line)
        if isinstance(column, ArrayField):
            return self._list(column, name, text, line)
        return self._scalar(column, name, text, line)

    def _scalar(self, column: Any, name: str, text: Any, line: int) -> Any:
        if not isinstance(text, str):
            return self.reader.wrong(line, _("{name} is one value.").format(name=name), _("Write it behind the colon."))
        if column.is_relation:
            return text
        if isinstance(column, models.DecimalField):
            try:
                value: Any = decimal_of(text, places=column.decimal_places)
            except ValueError as error:
                return self.reader.wrong(line, f"{name}: {error}", _("Write a number such as 12.5."))
        else:
            shape = next((shape for kind, shape in _SHAPES if isinstance(column, kind)), str)
            value = self.reader.scalar(shape, text, line, name)
        if value is not None and (sentence := _mistake(column, value)):
            return self.reader.wrong(line, f"{name}: {sentence}", _("Correct it."))
        return value

    def _list(self, column: Any, name: str, given: Any, line: int) -> Any:
        if not isinstance(given, Items) or not all(isinstance(each, str) for each in given):
            return self.reader.wrong(
                line, _("{name} is a list of words.").format(name=name), _("Write them in brackets, with commas.")
            )
        values: list[Any] = list(given)
        if name == "weekdays":
            if unknown := [each for each in given if each not in WEEKDAYS]:
                return self.reader.wrong(
                    line,
                    _("{value} is no day.").format(value=unknown[0][:20]),
                    _("Days are {days}.").format(days=", ".join(WEEKDAYS)),
                )
            values = [WEEKDAYS.index(each) for each in given]
        if len(set(values)) < len(values):
            return self.reader.wrong(line, _("{name} has one twice.").format(name=name), _("Keep one."))
        for value in values:
            if sentence := _mistake(column.base_field, value):
                return self.reader.wrong(line, f"{name}: {sentence}", _("Correct it."))
        return in_order(name, values)

    def _content(self, column: Any, name: str, path: Any, line: int) -> Any:
        """What is in a file that is named; of a body its text."""
        if not isinstance(path, str) or path not in self.files:
            do = _("Put the file into the folder, and name it by its path from there.")
            return self.reader.wrong(line, _("There is no file {path}.").format(path=str(path)[:80]), do)
        found = Content.of(path, self.files[path])
        if name != "body":
            ending = found.suffix.removeprefix(".")
            taken = column.validators[0].allowed_extensions
            if ending not in taken:
                return self.reader.wrong(
                    line,
                    _("{path} is none of {taken}.").format(path=path, taken=", ".join(taken)),
                    _("Name another file."),
                )
            return found
        try:
            text = found.content.decode("utf-8")
        except UnicodeDecodeError:
            return self.reader.wrong(line, _("{path} is no UTF-8 text.").format(path=path), _("Save it in UTF-8."))
        if "\0" in text:
            return self.reader.wrong(line, _("{path} is no text.").format(path=path), _("Name a Markdown file."))
        return text

    def _reasons(self, text: Any, line: int) -> str | None:
        if not isinstance(text, str):
            self.reader.wrong(
                line, _("The reasons are a text, one a line."), _("Write reasons: | and the outline below it.")
            )
            return None
        try:
            return outline.write(outline.parse(text))
        except InvalidInput as refusal:
            for error in refusal.errors:
                self.reader.wrong(line + error.number, error.what, error.do)
            return None


def in_order(name: str, values: list[Any]) -> tuple[Any, ...]:
    """A list as it is compared: days and roles have no order of their own."""
    return tuple(values if name == "choices" else sorted(values))


@cache
def default_of(kind: Kind, name: str) -> Any:
    """What a field is when nothing is said."""
    column = kind.columns.get(name)
    if column is None or column.is_relation or isinstance(column, models.FileField):
        return None
    value = column.get_default()
    if isinstance(value, list):
        return tuple(value)
    return Decimal(value) if isinstance(column, models.DecimalField) and value is not None else value


_fine: set[tuple[Any, Any]] = set()


def _mistake(column: Any, value: Any) -> str:
    """What the model's field says against a value; empty: nothing. Most values come many times."""
    known = (column, value)
    if known in _fine:
        return ""
    sentence = _judge(column, value)
    if not sentence:
        if len(_fine) > 10_000:
            _fine.clear()
        _fine.add(known)
    return sentence


def _judge(column: Any, value: Any) -> str:
    if isinstance(value, str) and ("\0" in value or _is_broken(value)):
        return _("It holds characters that can't be kept.")
    try:
        column.clean(value, None)
        if column.model is Person and column.name == "username":
            check_username(value)
    except ValidationError as error:
        return " ".join(error.messages)
    except InvalidInput as refusal:
        return refusal.what
    return ""


def _is_broken(text: str) -> bool:
    """Whether it holds half a character, as YAML can write one."""
    return any("\ud800" <= each <= "\udfff" for each in text)
