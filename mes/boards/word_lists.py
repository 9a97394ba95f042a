"""What mes/boards/listed_words.py holds: words that people read and that stand in no call of gettext, from the code.

Names that Django makes of names in the code, summaries of gates, sentences of the database's triggers, and what the
collector and its drivers keep in English. They are looked up where they are shown (mes.kernel.words).
"""

import ast
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.forms import BaseForm, HiddenInput
from django.forms.utils import pretty_name

from equipment.collection.state_building import PRESETS
from mes.boards.reference import PACKAGES, subclasses_of
from mes.kernel.gates import configured, words_of_name
from mes.kernel.words import names_made

# Programs that know no Django, and keep what they say.
_PROGRAMS = ("equipment/collection", "equipment/drivers")
_SIMULATED = "simulator"
_VALUE = re.compile(r"\{\w+\}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_CODE = re.compile(r"\w*[a-z][A-Z]\w*|-\S*|\S*-----\S*|\S+=\S+")  # BadTimeout, options of a program, a PEM's frame
_LAST_NAME = re.compile(r"[A-Za-z][a-z_]*[a-z]|[A-Z][A-Z_]*[A-Z]")
_SQL = re.compile(r"\b(SELECT|FROM|WHERE|INSERT|UPDATE|COPY)\b")
_RAISED = re.compile(
    r"RAISE EXCEPTION\s+'(?P<said>(?:[^']|'')*)'(?P<values>[^;]*?)\s*USING ERRCODE = 'restrict_violation'"
    r"(?:, HINT = '(?P<hint>(?:[^']|'')*)')?;"
)
_RULE = re.compile(r"refuse_change\('([^']*)'\)")
CHANGES = ("insert", "update", "delete", "truncate")

_HEAD = '''"""Words that stand in no call of gettext elsewhere, for the catalogue.

Written by `manage.py write_reference`: change the code that says them, not this file.
"""

# ruff: noqa: E501
# fmt: off
from django.utils.translation import gettext_noop as _
'''


def module() -> str:
    """The text of the generated module."""
    parts = [
        ("What apps, models, fields and entries of forms are called that were given no name.", "NAMES", names()),
        ("What gates are called, and what they ask.", "GATES", gates()),
        ("What database, collector and drivers say, with its values as names in braces.", "TOLD", told()),
    ]
    return _HEAD + "".join(_listing(*part) for part in parts)


def _listing(what: str, name: str, words: Iterable[str]) -> str:
    lines = "".join(f"    _({json.dumps(word, ensure_ascii=False)}),\n" for word in sorted(set(words)))
    return f"\n# {what}\n{name} = (\n{lines})\n"


def names() -> Iterator[str]:
    ours = [app for app in apps.get_app_configs() if app.name.split(".")[0] in PACKAGES]
    models = [model for app in ours for model in app.get_models(include_auto_created=True)]
    yield from (name for _owner, _attribute, name in names_made(ours, models))
    for form in subclasses_of(BaseForm):
        for name, field in getattr(form, "base_fields", {}).items():
            if field.label is None and not isinstance(field.widget, HiddenInput):
                yield pretty_name(name)


def gates() -> Iterator[str]:
    for gate in configured():
        yield from (gate.summary, words_of_name(gate.name))


def told() -> Iterator[str]:
    yield from CHANGES
    yield from (detail for preset in PRESETS.values() for _state, detail in preset.values())
    for package in PACKAGES:
        for path in sorted((Path(settings.BASE_DIR) / package).rglob("*.py")):
            yield from of_triggers(path.read_text())
    for folder in _PROGRAMS:
        for path in sorted((Path(settings.BASE_DIR) / folder).rglob("*.py")):
            if _SIMULATED not in path.parts:
                yield from of_program(path.read_text())


def of_triggers(source: str) -> Iterator[str]:
    """The sentences with which a module's triggers refuse, and what to do."""
    if "RAISE EXCEPTION" not in source and "refuse_change(" not in source:
        return
    for text in texts_of(source):
        yield from _RULE.findall(text)
        for raised in _RAISED.finditer(text):
            values = raised["values"].split(",")[1:]
            places = iter([_names_of(values)[value] for value in values])
            yield "".join(f"{{{next(places)}}}" if sign == "%" else sign for sign in raised["said"]).replace("''", "'")
            if raised["hint"]:
                yield raised["hint"].replace("''", "'")


def of_program(source: str) -> Iterator[str]:
    """What a module says in words: of its texts those of two words and more that are neither SQL nor codes."""
    for text in texts_of(source):
        words = _WORD.findall(_VALUE.sub("", text))
        if " " in text.strip() and words and not _SQL.search(text) and not all(map(_CODE.fullmatch, text.split())):
            yield text


def texts_of(source: str) -> Iterator[str]:
    """A module's texts, values in them as names in braces. Left out: docstrings, assertions, what goes to the log."""
    queue: list[ast.AST] = [ast.parse(source)]
    while queue:
        node = queue.pop()
        match node:
            case ast.Assert() | ast.Expr(value=ast.Constant()) | ast.keyword(arg="name" | "application_name"):
                continue
            case ast.Call(func=ast.Attribute(value=ast.Name(id="logger")) | ast.Name(id="AssertionError")):
                continue
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr(values=parts):
                values = [part.value for part in parts if isinstance(part, ast.FormattedValue)]
                names = _names_of([ast.unparse(value) for value in values])
                yield "".join(
                    part.value if isinstance(part, ast.Constant) else f"{{{names[ast.unparse(part.value)]}}}"
                    for part in parts
                )
                queue += values
            case _:
                queue += ast.iter_child_nodes(node)


def _names_of(values: Sequence[str]) -> dict[str, str]:
    """A name for each value that is put in: the last one it is made of, with a number where another has that."""
    names: dict[str, str] = {}
    for value in dict.fromkeys(values):
        name = (_LAST_NAME.findall(value) or ["value"])[-1].lower().removeprefix("tg_")
        same = sum(known.rstrip("_0123456789") == name for known in names.values())
        names[value] = f"{name}_{same + 1}" if same else name
    return names
