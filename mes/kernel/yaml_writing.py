"""YAML as we write it: block style, two blanks, only as many quotes as are needed. documents.load reads it back.

Every scalar is text to that reader, so that yes, 1.10 and 06:00 stand without quotes.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[^\W_][\w ./()+×·°%=–,-]*(?<! )(:\d\d)*")
_WORD = re.compile(r"[^\W_][\w .-]*(?<! )")
_NULL = {"null", "Null", "NULL"}
# What YAML does not print, and what its readers take for the end of a line.
_ODD = r"\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff"
_ESCAPED = re.compile(f"[{_ODD}]")
_LINES = re.compile(rf"[^\x00-\x20{_ODD}][^\x00-\x09\x0b-\x1f{_ODD}]*")
_WIDTH = 100

# A mapping, a list, or a text.
Value = Mapping[str, Any] | Sequence[Any] | str


def document(value: Mapping[str, Value]) -> str:
    """The text of a file with this mapping."""
    return "".join(f"{line}\n" for line in _mapping(value, ""))


def _mapping(value: Mapping[str, Value], indent: str) -> Iterator[str]:
    for key, each in value.items():
        yield from _entry(f"{indent}{key}:", each, indent)


def _entry(start: str, value: Value, indent: str) -> Iterator[str]:
    """What stands behind a key, or behind a dash."""
    if isinstance(value, str):
        yield from _text(start, value, indent)
    elif not value:
        yield f"{start} {'{}' if isinstance(value, Mapping) else '[]'}"
    elif isinstance(value, Mapping):
        yield start
        yield from _mapping(value, f"{indent}  ")
    elif (flow := _flow(value)) and len(start) + len(flow) < _WIDTH:
        yield f"{start} {flow}"
    else:
        yield start
        for each in value:
            yield from _item(each, f"{indent}  ")


def _item(value: Value, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        lines = _mapping(value, f"{indent}  ")
        yield f"{indent}- {next(lines).lstrip(' ')}"
        yield from lines
    else:
        yield from _entry(f"{indent}-", value, indent)


def _flow(value: Sequence[Any]) -> str:
    """Some words in brackets; empty when they are more than words."""
    if not all(isinstance(each, str) and _WORD.fullmatch(each) and each not in _NULL for each in value):
        return ""
    return f"[{', '.join(value)}]"


def _text(start: str, text: str, indent: str) -> Iterator[str]:
    if _PLAIN.fullmatch(text) and text not in _NULL:
        yield f"{start} {text}"
    elif "\n" in text and _LINES.fullmatch(text) and " \n" not in text and not text.endswith(("\n\n", " ")):
        yield f"{start} |" if text.endswith("\n") else f"{start} |-"
        for line in text.removesuffix("\n").split("\n"):
            yield f"{indent}  {line}" if line else ""
    else:
        quoted = json.dumps(text, ensure_ascii=False)
        yield f"{start} " + _ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)
