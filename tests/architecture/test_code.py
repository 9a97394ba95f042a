"""House rules that a reader can't be trusted to see: who may ask the clock, how verbs are called, no signals."""

import ast
from pathlib import Path

import pytest

from mes.embedded.home import ROOT

PACKAGES = ("equipment", "orders", "genealogy", "wip", "quality", "mes")
SOURCES = [
    path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts
]
VERBS = [path for path in SOURCES if "actions" in path.parts and path.name != "__init__.py"]

# Time comes in as an argument. Who stands at the edge of the system asks the clock, and these few, with the reason.
EDGES = {"views", "commands", "drivers", "demo", "embedded"}
EDGE_FILES = {
    "tasks.py",
    "views.py",
    "api.py",
    "imports.py",
    "admin.py",
    "health.py",
    "heartbeats.py",
    "request_log.py",
}
MAY_ASK_THE_CLOCK = {
    "mes/boards/templatetags/plant.py": "a time shows its year when that is another one than now",
    "mes/kernel/door.py": "the door gives a passage its time, and a page that only looks the present one",
    "mes/kernel/personnel/backends.py": "Django's log-in calls it without a time",
    "mes/sessions.py": "Django's sessions are looked up without a time",
}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def calls_of(path: Path) -> list[str]:
    tree = ast.parse(path.read_text())
    return [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]


def is_an_edge(path: Path) -> bool:
    return bool(EDGES & set(path.relative_to(ROOT).parts)) or path.name in EDGE_FILES


@pytest.mark.parametrize("path", [p for p in SOURCES if not is_an_edge(p)], ids=name_of)
def test_only_the_edges_ask_the_clock(path):
    clocks = {
        "timezone.now",
        "timezone.localdate",
        "timezone.localtime",
        "datetime.now",
        "date.today",
        "datetime.today",
    }
    asked = clocks & set(calls_of(path))
    assert not asked or name_of(path) in MAY_ASK_THE_CLOCK, f"{name_of(path)} asks {asked}: take `at` as an argument"


def test_the_list_of_exceptions_is_no_longer_than_it_needs_to_be():
    asking = {name_of(p) for p in SOURCES if not is_an_edge(p) and any("timezone." in call for call in calls_of(p))}
    assert set(MAY_ASK_THE_CLOCK) <= asking


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_signals(path):
    tree = ast.parse(path.read_text())
    imported = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    # mes.celery listens to Celery's own signals of a starting worker, not to our records.
    assert not [m for m in imported if m == "django.dispatch" or m.endswith("db.models.signals")]
    decorators = [ast.unparse(d) for node in ast.walk(tree) for d in getattr(node, "decorator_list", [])]
    assert not [d for d in decorators if d.startswith("receiver")]


def public_functions(path: Path) -> list[ast.FunctionDef]:
    body = ast.parse(path.read_text()).body
    return [node for node in body if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")]


@pytest.mark.parametrize("path", VERBS, ids=name_of)
def test_verbs_take_keywords_only(path):
    for function in public_functions(path):
        names = {argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]}
        is_verb = bool(names & {"by", "at"})  # without them nothing is done: it is a question beside the verbs
        assert not is_verb or not function.args.args, f"{function.name} takes arguments by position"


@pytest.mark.parametrize("path", VERBS, ids=name_of)
def test_every_verb_says_what_it_does_and_has_types(path):
    for verb in public_functions(path):
        assert ast.get_docstring(verb), f"{verb.name} has no docstring"
        assert verb.returns is not None, f"{verb.name} has no return type"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_names_say_what(path):
    assert path.stem not in {"utils", "helpers", "common", "manager", "misc"}
