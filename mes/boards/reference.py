"""The pages of docs/reference, made from the code they describe. `manage.py write_reference` writes and checks them."""

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.generators import SchemaGenerator

from genealogy.status import UNIT
from mes.kernel.gates import Gate, configured
from mes.kernel.personnel.roles import PERMISSIONS, Permission, Role
from mes.kernel.refusals import Refusal
from mes.kernel.transitions import Transitions
from orders.status import ORDER, REVISION
from wip.status import EXECUTION, HOLD

PACKAGES = ("mes", "orders", "wip", "quality", "genealogy", "equipment")
# Whose addresses are their own matter: one line for all of them.
FOREIGN = ("admin/",)


def pages() -> dict[str, str]:
    """File name -> text of every page."""
    made = {
        "states.md": states(),
        "gates.md": gates(),
        "roles.md": roles(),
        "refusals.md": refusals(),
        "addresses.md": addresses(),
        "settings.md": environment(),
    }
    note = "<!-- Written by `manage.py write_reference`; change the code, not this file. -->\n\n"
    return {name: note + text.rstrip() + "\n" for name, text in made.items()}


def states() -> str:
    """A diagram of each status machine."""
    text = ["# States", "", "What a verb does to the status of a thing. What has no arrow is refused."]
    for table in (ORDER, UNIT, EXECUTION, HOLD, REVISION):
        text += ["", f"## {table.noun.capitalize()}", "", "```mermaid", *_diagram(table), "```"]
    return "\n".join(text)


def _diagram(table: Transitions) -> Iterator[str]:
    yield "stateDiagram-v2"
    for before, verb, after in table:
        yield f"    {before or '[*]'} --> {after}: {verb}"
    statuses = {after for _, _, after in table}
    for last in sorted(statuses - {before for before, _, _ in table}):
        yield f"    {last} --> [*]"


def gates() -> str:
    """The gates of MES_GATES, in their order."""
    rows = [
        f"| {number} | `{gate.name}` | {gate.summary} | {', '.join(sorted(gate.hooks))} | {_override(gate)} |"
        for number, gate in enumerate(configured(), 1)
    ]
    return _table(
        "Gates",
        "What is asked before an operation is started, taken over or skipped, a value recorded, or an operation "
        "completed. All gates of a hook are always asked; the answer carries everything in the way. The list is the "
        "setting `MES_GATES`. "
        "Override: who may pass a gate that says no, with a reason: a supervisor by badge and PIN, or "
        "whoever does the work under a deviation permit of quality. Each pass is an exception on record.",
        "| | gate | passes when | asked at | override |",
        rows,
    )


def _override(gate: Gate) -> str:
    found = re.search(r"Override\.(\w+)", inspect.getsource(gate.check))
    return found[1].lower() if found else "never"


def roles() -> str:
    """Roles x permissions."""
    head = "| permission | " + " | ".join(str(Role(role).label) for role in Role.values) + " |"
    rows = []
    for permission in sorted(Permission):
        cells = ["yes" if permission in PERMISSIONS[role] else "" for role in Role.values]
        rows.append(f"| `{permission}` | {' | '.join(cells)} |")
    return _table(
        "Roles and permissions",
        "A person's rights are those of all their roles. The permissions are the scopes of API tokens, too.",
        head,
        rows,
    )


def refusals() -> str:
    """Every refusal: the stable code that programs may rely on, its status, and when it is given."""
    known = sorted(subclasses_of(Refusal), key=lambda kind: (kind.status, kind.__name__))
    rows = [f"| `{_code(kind)}` | {kind.status} | {_first_line(kind)} |" for kind in known]
    return _table(
        "Refusals",
        "What the product answers when it does not do what was asked: on a page as a banner, in the API as "
        "problem+json with this code. A refusal by gates carries the code of its first gate's verdict instead. "
        "Nothing was changed when a refusal is given.",
        "| code | HTTP status | when |",
        rows,
    )


def subclasses_of(kind: type) -> set[type]:
    """Every class of ours below it, wherever it stands."""
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if not re.search(r"\.(settings|migrations|wsgi|asgi|embedded|__main__)\b", module.name):
                importlib.import_module(module.name)
    found, queue = set(), [kind]
    while queue:
        for subclass in queue.pop().__subclasses__():
            queue.append(subclass)
            if subclass.__module__.split(".")[0] in PACKAGES:
                found.add(subclass)
    return found


def _code(kind: type[Refusal]) -> str:
    return kind("").code


def addresses() -> str:
    """Every HTTP address."""
    said = _of_the_api()
    rows = []
    for address, name, what in sorted(_addresses(get_resolver())):
        template = "/" + re.sub(r"<.*?:(.*?)>", r"{\1}", address)
        rows.append(f"| `/{address}` | {name} | {what or said.get(template, '')} |")
    return _table("HTTP addresses", "Each with its name in the code.", "| address | name | what it is |", rows)


def _addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    for pattern in resolver.url_patterns:
        address = prefix + re.sub(r"[\^$]|\\Z", "", str(pattern.pattern))
        if address in FOREIGN:
            yield address, "", "The administration pages, for master data and people."
        elif isinstance(pattern, URLResolver):
            yield from _addresses(pattern, address)
        elif isinstance(pattern, URLPattern):
            view: Any = pattern.callback
            yield address, f"`{pattern.name}`" if pattern.name else "", _first_line(getattr(view, "view_class", view))


def _of_the_api() -> dict[str, str]:
    """What each address of the API is for, as its OpenAPI document says."""
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    return {
        address: " ".join(f"{method.upper()}: {act['summary']}." for method, act in acts.items() if "summary" in act)
        for address, acts in paths.items()
    }


def environment() -> str:
    """Every environment variable that the settings read."""
    base = Path(settings.BASE_DIR) / "mes" / "settings"
    rows = [row for path in sorted(base.glob("*.py")) for row in _variables(path)]
    return _table(
        "Settings from the environment",
        "Without a default the variable has to be there. The demo and the tests set what they need themselves.",
        "| variable | kind | default | read by |",
        rows,
    )


def _variables(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func.value) == "env"
        ):
            given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
            default = f"`{given['default']}`" if "default" in given else "none"
            yield f"| `{ast.literal_eval(node.args[0])}` | {node.func.attr} | {default} | {path.stem} |"


def _first_line(thing: Any) -> str:
    lines = (thing.__doc__ or "").strip().splitlines()
    return lines[0].replace("|", "\\|") if lines else ""


def _table(title: str, intro: str, head: str, rows: list[str]) -> str:
    columns = head.count("|") - 1
    return "\n".join([f"# {title}", "", intro, "", head, "|" + "---|" * columns, *rows])
