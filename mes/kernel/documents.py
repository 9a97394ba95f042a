"""YAML files as values that know their line, and as dataclasses: every mistake with file, line, and what to do.

Scalars are read as text and become what the field's type says, so that 1.10, no and 08:00 are never guessed at.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Literal, Self, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml

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


def load(text: str, file: str) -> tuple[Any, list[FileError]]:
    """The file's one document, and what is wrong with it as YAML (then the document is None)."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"It is no YAML: {error.problem or error.context}."
        return None, [FileError.at(file, mark.line + 1 if mark else 1, what, "Correct it there, or just before.")]
    except yaml.YAMLError as error:
        return None, [FileError.at(file, 1, f"It is no YAML: {str(error).splitlines()[0]}.", "Save it as UTF-8 text.")]
    errors: list[FileError] = []
    return (None if node is None else _value(node, file, errors)), errors


def _value(node: yaml.Node, file: str, errors: list[FileError], depth: int = 0) -> Any:
    line = node.start_mark.line + 1
    if depth > 30:
        errors.append(FileError.at(file, line, "It is nested too deeply.", "Write it flat."))
        return None
    if isinstance(node, yaml.MappingNode):
        found = Map()
        found.line, found.lines = line, {}
        for key_node, value_node in node.value:
            at = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                errors.append(FileError.at(file, at, "A key is a word.", "Write the key as text."))
            elif key_node.value in found:
                errors.append(FileError.at(file, at, f"{key_node.value} is there twice.", "Keep one."))
            else:
                found.lines[key_node.value] = at
                found[key_node.value] = _value(value_node, file, errors, depth + 1)
        return found
    if isinstance(node, yaml.SequenceNode):
        items = Items(_value(each, file, errors, depth + 1) for each in node.value)
        items.line, items.lines = line, [each.start_mark.line + 1 for each in node.value]
        return items
    return None if node.tag == "tag:yaml.org,2002:null" and node.value != "" else str(node.value)


@dataclass
class Reader:
    """Makes dataclasses of what a file says, and collects what does not fit."""

    file: str
    errors: list[FileError]

    def wrong(self, line: int, what: str, do: str = "") -> None:
        self.errors.append(FileError.at(self.file, line, what, do))

    def read(self, shape: type[T], value: Any, line: int = 1, name: str = "The file") -> T | None:
        """A dataclass of this shape; None when something in it was wrong."""
        before = len(self.errors)
        found = self._of(shape, value, line, name)
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
                return self.wrong(line, f"{name} is a list.", "Write a line with a dash for each.")
            return tuple(self._of(of[0], each, at, name) for each, at in zip(value, value.lines, strict=True))
        if origin in (dict, Mapping):
            if not isinstance(value, Map):
                return self.wrong(line, f"{name} is a mapping.", "Write key: value below it.")
            return {key: self._of(of[1], each, value.lines[key], f"{name}.{key}") for key, each in value.items()}
        return self._scalar(shape, value, line, name)

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
            return self.wrong(line, f"{name} is a mapping.", "Write key: value below it.")
        hints, known = get_type_hints(shape), {field.name: field for field in fields(shape) if field.init}
        given: dict[str, Any] = {}
        for key, each in value.items():
            if key == "line" or key not in known:
                self.wrong(value.lines[key], f"There is no {key} here.", f"Known are: {', '.join(known)}.")
            else:
                given[key] = self._of(hints[key], each, value.lines[key], key)
        for key, field in known.items():
            if key in given or key == "line":
                continue
            if field.default is MISSING and field.default_factory is MISSING:
                self.wrong(value.line, f"{key} is missing.", f"Write {key}: …")
                given[key] = None
        if "line" in known:
            given["line"] = value.line
        return shape(**given)

    def _one_of(self, choices: tuple[Any, ...], value: Any, line: int, name: str) -> Any:
        if value not in choices:
            self.wrong(line, f"{name} can't be {str(value)[:40]}.", f"Write one of: {', '.join(map(str, choices))}.")
        return value

    def _scalar(self, shape: Any, value: Any, line: int, name: str) -> Any:
        if not isinstance(value, str):
            return self.wrong(line, f"{name} is one value.", "Write it behind the colon.")
        try:
            return _converted(shape, value)
        except (ValueError, InvalidOperation, KeyError):
            words = _WORDS.get(shape, "one of: " + ", ".join(e.value for e in shape) if _is_enum(shape) else "a value")
            return self.wrong(line, f"{name} can't be “{value[:40]}”.", f"Write {words}.")


_WORDS: dict[Any, str] = {
    bool: "yes or no",
    int: "a whole number",
    Decimal: "a number such as 12.5",
    date: "a date such as 2026-11-30",
    time: "a time such as 06:00",
    datetime: "a moment such as 2026-11-30T06:00:00Z",
}


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
    if shape in (date, time, datetime):
        return shape.fromisoformat(text)
    return shape(text)
