"""YAML files as values that know their line, and as dataclasses: every mistake with file, line, and what to do.

Scalars are read as text and become what the field's type says, so that 1.10, no and 08:00 are never guessed at.
"""

import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from math import isfinite
from typing import Any, Literal, Self, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mes.kernel.refusals import FieldError, InvalidInput

T = TypeVar("T")
_YES_NO = {"yes": True, "true": True, "no": False, "false": False}


class FilesWrong(InvalidInput):
    """Something in the files is wrong; `errors` are FileErrors, and nothing was applied."""


@dataclass(frozen=True, slots=True)
class FileError(FieldError):
    """One thing wrong in one line of a file."""

    file: str = ""
    line: int = 0

    @classmethod
    def at(cls, file: str, line: int, what: str, do: str = "") -> Self:
        return cls(f"{file}:{line}", what, do, file, line)


class Map(dict[str, Any]):
    """A mapping with the line of each key; line: its own."""

    line: int
    lines: dict[str, int]


class Items(list[Any]):
    """A list with the line of each item; line: its own."""

    line: int
    lines: list[int]


class _Unreadable(Exception):
    """It can't go on from here."""


def load(text: str, file: str) -> tuple[Any, list[FileError]]:
    """The file's one document, and what is wrong with it as YAML (then the document is None)."""
    errors: list[FileError] = []
    try:
        return _Builder(file, errors, yaml.parse(text, Loader=_LOADER)).document(), errors
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = _("It is no YAML: {problem}.").format(problem=error.problem or error.context)
        errors.append(FileError.at(file, mark.line + 1 if mark else 1, what, _("Correct it there, or just before.")))
    except (yaml.YAMLError, UnicodeError) as error:
        what = _("It is no YAML: {problem}.").format(problem=str(error).splitlines()[0])
        errors.append(FileError.at(file, 1, what, _("Save it as UTF-8 text.")))
    except _Unreadable:
        pass
    return None, errors


# libyaml, where PyYAML was built with it: ten times as fast.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 30
_NULL = {"null", "Null", "NULL", "~"}


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


@dataclass
class _Builder:
    """Makes values of the parser's events: what is nested a million times is refused before it is built."""

    file: str
    errors: list[FileError]
    events: Iterator[yaml.Event]

    def document(self) -> Any:
        value, documents = None, 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(event, _("There is a second document in it."), _("Put it into a file of its own."))
                value = self._value(next(self.events), 0)
        return value

    def _stop(self, event: yaml.Event, what: str, do: str) -> None:
        self.errors.append(FileError.at(self.file, _line(event), what, do))
        raise _Unreadable

    def _value(self, event: yaml.Event, depth: int) -> Any:
        if depth > _DEEPEST:
            self._stop(event, _("It is nested too deeply."), _("Write it flat."))
        if isinstance(event, yaml.ScalarEvent):
            return None if event.value in _NULL and event.implicit[0] else str(event.value)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            items = Items()
            items.line, items.lines = _line(event), []
            while not isinstance(one := next(self.events), yaml.SequenceEndEvent):
                items.lines.append(_line(one))
                items.append(self._value(one, depth + 1))
            return items
        return self._stop(event, _("Anchors and aliases are not taken."), _("Write it out."))

    def _mapping(self, event: yaml.Event, depth: int) -> Map:
        found = Map()
        found.line, found.lines = _line(event), {}
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            at = _line(key)
            name = key.value if isinstance(key, yaml.ScalarEvent) else None
            if name is None:
                self.errors.append(FileError.at(self.file, at, _("A key is a word."), _("Write the key as text.")))
                self._value(key, depth + 1)
            elif name in found:
                self.errors.append(
                    FileError.at(self.file, at, _("{name} is there twice.").format(name=name), _("Keep one."))
                )
            value = self._value(next(self.events), depth + 1)
            if name is not None and name not in found:
                found.lines[name], found[name] = at, value
        return found


@dataclass
class Reader:
    """Makes dataclasses of what a file says, and collects what does not fit."""

    file: str
    errors: list[FileError]

    def wrong(self, line: int, what: str, do: str = "") -> None:
        self.errors.append(FileError.at(self.file, line, what, do))

    def read(self, shape: type[T], value: Any, line: int = 1, name: str = "") -> T | None:
        """A dataclass of this shape; None when something in it was wrong."""
        before = len(self.errors)
        found = self._of(shape, value, line, name or _("The file"))
        return found if len(self.errors) == before else None

    def _of(self, shape: Any, value: Any, line: int, name: str) -> Any:
        if is_dataclass(shape):
            return self._dataclass(shape, value, line, name)
        origin, of = get_origin(shape), get_args(shape)
        if origin in (Union, types.UnionType):
            if value is None:
                return None
            inner = [each for each in of if each is not type(None)]
            return self._of(self._fitting(inner, value), value, line, name)
        if origin is Literal:
            return self._one_of(of, value, line, name)
        if origin in (tuple, list):
            if not isinstance(value, Items):
                return self.wrong(
                    line, _("{name} is a list.").format(name=name), _("Write a line with a dash for each.")
                )
            return tuple(self._of(of[0], each, at, name) for each, at in zip(value, value.lines, strict=True))
        if origin in (dict, Mapping):
            if not isinstance(value, Map):
                return self.wrong(line, _("{name} is a mapping.").format(name=name), _("Write key: value below it."))
            return {key: self._of(of[1], each, value.lines[key], f"{name}.{key}") for key, each in value.items()}
        return self.scalar(shape, value, line, name)

    @staticmethod
    def _fitting(shapes: list[Any], value: Any) -> Any:
        """Of several shapes the one that the value's form points to."""
        if isinstance(value, Map):
            return next((s for s in shapes if is_dataclass(s) or get_origin(s) is dict), shapes[0])
        if isinstance(value, Items):
            return next((s for s in shapes if get_origin(s) in (tuple, list)), shapes[0])
        return next((s for s in shapes if not is_dataclass(s) and get_origin(s) is None), shapes[0])

    def _dataclass(self, shape: Any, value: Any, line: int, name: str) -> Any:
        if not isinstance(value, Map):
            return self.wrong(line, _("{name} is a mapping.").format(name=name), _("Write key: value below it."))
        hints, known = get_type_hints(shape), {field.name: field for field in fields(shape) if field.init}
        given: dict[str, Any] = {}
        for key, each in value.items():
            if key == "line" or key not in known:
                self.wrong(
                    value.lines[key],
                    _("There is no {key} here.").format(key=key),
                    _("Known are: {known}.").format(known=", ".join(known)),
                )
            else:
                given[key] = self._of(hints[key], each, value.lines[key], key)
        for key, field in known.items():
            if key in given or key == "line":
                continue
            if field.default is MISSING and field.default_factory is MISSING:
                self.wrong(value.line, _("{key} is missing.").format(key=key), _("Write {key}: …").format(key=key))
                given[key] = None
        if "line" in known:
            given["line"] = value.line
        return shape(**given)

    def _one_of(self, choices: tuple[Any, ...], value: Any, line: int, name: str) -> Any:
        if value not in choices:
            self.wrong(
                line,
                _("{name} can't be {value}.").format(name=name, value=str(value)[:40]),
                _("Write one of: {values}.").format(values=", ".join(map(str, choices))),
            )
        return value

    def scalar(self, shape: Any, value: Any, line: int, name: str) -> Any:
        """A value of this type; None when it is none."""
        if not isinstance(value, str):
            return self.wrong(line, _("{name} is one value.").format(name=name), _("Write it behind the colon."))
        try:
            return _converted(shape, value)
        except (ValueError, InvalidOperation, KeyError):
            words = _words(shape)
            return self.wrong(
                line,
                _("{name} can't be “{value}”.").format(name=name, value=value[:40]),
                _("Write {words}.").format(words=words),
            )


_WORDS: dict[Any, str | Promise] = {
    bool: lazy("yes or no"),
    int: lazy("a whole number"),
    Decimal: lazy("a number such as 12.5"),
    float: lazy("a number such as 12.5"),
    date: lazy("a date such as 2026-11-30"),
    time: lazy("a time such as 06:00"),
    datetime: lazy("a moment such as 2026-11-30T06:00:00Z"),
}


def _words(shape: Any) -> str:
    """What a value of this type looks like."""
    if _is_enum(shape):
        return _("one of: {values}").format(values=", ".join(each.value for each in shape))
    return str(_WORDS.get(shape) or _("a value"))


def _is_enum(shape: Any) -> bool:
    return isinstance(shape, type) and issubclass(shape, Enum)


def _converted(shape: Any, text: str) -> Any:
    if shape is str:
        return text
    if shape is bool:
        return _YES_NO[text.lower()]
    if shape is Decimal:
        number = Decimal(text)
        if not number.is_finite():
            raise ValueError(text)
        return number
    if shape is float:
        value = float(text)
        if not isfinite(value):
            raise ValueError(text)
        return value
    if shape in (date, time, datetime):
        return shape.fromisoformat(text)
    return shape(text)
