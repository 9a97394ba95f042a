"""Every sentence that a person reads from Python can be translated: it stands whole in a call that marks it.

Packages that hold to it are named below. `_` is gettext in functions; `lazy` (or `_` where the module needs no other)
is gettext_lazy, for what is said once, at import: labels, help texts, the sentences of constraints.
"""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from mes.embedded.home import ROOT
from mes.kernel.refusals import Refusal

PACKAGES = [
    "equipment",
    "genealogy",
    "mes/boards",
    "mes/demo/queries.py",
    "mes/demo/views.py",
    "mes/erp",
    "mes/kernel",
    "mes/people",
    "mes/plantfiles",
    "mes/station",
    "orders",
    "quality",
    "wip",
]

# Modules with sentences that are for developers: English in every language.
FOR_DEVELOPERS = {
    "equipment/calendars/serializers.py": "described in the API's document",
    "equipment/calendars/spans.py": "errors of a program",
    "equipment/serializers.py": "described in the API's document",
    "mes/boards/reference.py": "the pages of docs/reference",
    "mes/boards/word_lists.py": "heads of a written file",
    "mes/boards/views/design.py": "made-up content of the page of components",
    "mes/erp/serializers.py": "described in the API's document",
    "mes/kernel/audit/canonical.py": "errors of a program",
    "mes/kernel/code128.py": "errors of a program",
    "mes/kernel/prepared.py": "errors of a program",
    "mes/kernel/rest/paging.py": "described in the API's document",
    "mes/kernel/rest/schema.py": "described in the API's document",
    "mes/kernel/writes.py": "errors of a program",
    "mes/plantfiles/api.py": "described in the API's document",
}
# Stored with a record, in English for good.
STORED = {"Not in the plant files any more."}

NOW = {"gettext", "ngettext", "pgettext", "npgettext"}
MARKS = NOW | {f"{name}_lazy" for name in NOW} | {"gettext_noop"}
# Which positional arguments of a call a person reads; keywords have the same names everywhere.
READ = {
    "Transitions": (0,),
    "Verdict": (1, 2, 3),
    "FieldError": (1, 2),
    "CellError": (1, 2),
    "at": (2, 3),
    "ValueError": (0,),
}
READ |= {"ValidationError": (0,), "add_error": (1,)}
KEYWORDS = {"what", "why", "do", "violation_error_message", "label", "help_text", "verbose_name", "verbose_name_plural"}
KEYWORDS |= {"empty_label", "error_messages", "short_description"}
WORD = re.compile(r"[^\W\d_]{2,}")
SENTENCE = re.compile(r"[A-Z“\0].*\s.*[.?!…]", re.DOTALL)
# With a value put in, two words beside each other are enough.
PHRASE = re.compile(r".*(?:\0 [^\W\d_]{2,}|[^\W\d_]{2,} \0).*", re.DOTALL)
SQL = re.compile(r"\b(SELECT|FROM|WHERE|JOIN|ORDER BY|INSERT|UPDATE|GRANT|TRIGGER)\b")
RELATIONS = {"OneToOneField", "ManyToManyField"}
# Not for people, though they look like it; for the terminal, and for files; marked elsewhere.
NOT_READ = {"bytes \0-\0/\0", 'Bearer realm="plantwright"', "Password of \0 (\0): ", "file \0", "not there yet"}


def modules_of(package: str) -> list[Path]:
    """Its modules, or the one named; commands of manage.py speak English to whoever runs the plant's servers. Drivers
    know no Django, and the collector keeps what it tells: their sentences are listed (mes/boards/word_lists.py).
    """
    return sorted(
        path
        for path in ([ROOT / package] if package.endswith(".py") else (ROOT / package).rglob("*.py"))
        if not {"migrations", "management", "drivers", "collection"} & set(path.parts)
        and relative(path) not in FOR_DEVELOPERS
    )


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def refusals() -> set[str]:
    """The names of all classes of refusals."""
    found, queue = {"Refusal"}, [Refusal]
    while queue:
        below = queue.pop().__subclasses__()
        found |= {kind.__name__ for kind in below}
        queue += below
    return found


class Module:
    """A module's syntax tree, with what its names for gettext are."""

    def __init__(self, source: str) -> None:
        self.tree = ast.parse(source)
        self.marks: dict[str, str] = {}
        self.parents: dict[ast.AST, ast.AST] = {}
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                self.marks |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in MARKS}

    def marked(self) -> Iterator[ast.Call]:
        """Calls that mark a sentence for translation."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and self.is_mark(node):
                yield node

    def is_mark(self, node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in self.marks

    def above(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """Each ancestor with its child that leads to the node, innermost first."""
        while node in self.parents:
            yield self.parents[node], node
            node = self.parents[node]

    def bare(self) -> set[ast.expr]:
        """Literals with words that a person reads and no translation reaches."""
        kinds = refusals()
        found: set[ast.expr] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant | ast.JoinedStr) and self.is_sentence(node):
                found.add(node)
            for said in said_by(node, kinds):
                found |= set(self.literals(said))
        return found

    def literals(self, node: ast.expr | None) -> Iterator[ast.expr]:
        """The literals with words that an expression may give, marked ones left out."""
        match node:
            case ast.Constant(value=str(text)) if WORD.search(text):
                yield node
            case ast.JoinedStr() if WORD.search(text_of(node)):
                yield node
            case ast.IfExp():
                yield from self.literals(node.body)
                yield from self.literals(node.orelse)
            case ast.BinOp():
                yield from self.literals(node.left)
                yield from self.literals(node.right)
            case ast.BoolOp():
                for value in node.values:
                    yield from self.literals(value)
            case ast.Dict():
                for value in node.values:
                    yield from self.literals(value)
            case ast.Call(func=ast.Attribute(value=inner)) if not self.is_mark(inner):
                yield from self.literals(inner)

    def is_sentence(self, node: ast.Constant | ast.JoinedStr) -> bool:
        """Whether it reads as said by itself: no docstring, no assertion, no name of a record, nothing marked."""
        text = text_of(node)
        if isinstance(self.parents[node], ast.Expr) or text in STORED | NOT_READ or SQL.search(text):
            return False
        if not (SENTENCE.fullmatch(text) or ("\0" in text and PHRASE.fullmatch(text))) or not WORD.search(text):
            return False
        for parent, _child in self.above(node):
            said_elsewhere = isinstance(parent, ast.Assert | ast.JoinedStr) or self.is_mark(parent)
            if said_elsewhere or (isinstance(parent, ast.keyword) and parent.arg in {"summary", "help", "reason"}):
                return False
            if isinstance(parent, ast.FunctionDef) and parent.name == "__str__":
                return False
        return True

    def runs_at_import(self, node: ast.AST) -> bool:
        """Whether it stands outside the bodies of functions."""
        for parent, child in self.above(node):
            if isinstance(parent, ast.Lambda):
                return False
            if isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef) and child in parent.body:
                return False
        return True


def said_by(node: ast.AST, kinds: set[str]) -> Iterator[ast.expr]:
    """What a person reads of a call, or of the members of a class of choices. kinds: the names of refusals."""
    if isinstance(node, ast.Call):
        places = READ.get(name_of(node.func)) or ((0,) if name_of(node.func) in kinds else ())
        if name_of(node.func) in {"display", "action"}:  # of the administration
            yield from (keyword.value for keyword in node.keywords if keyword.arg == "description")
        if name_of(node.func).endswith("Field") and name_of(node.func) not in RELATIONS:
            places = (0,)
        yield from (node.args[place] for place in places if place < len(node.args))
        yield from (keyword.value for keyword in node.keywords if keyword.arg in KEYWORDS)
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant | ast.IfExp):
        yield from (
            text for text in texts_in(node.value) if " " in text_of(text).strip() and text_of(text) not in NOT_READ
        )
    if isinstance(node, ast.Assign) and name_of(node.targets[0]) in KEYWORDS:
        yield node.value
    if isinstance(node, ast.ClassDef) and any(
        name_of(base) in {"TextChoices", "IntegerChoices"} for base in node.bases
    ):
        values = (line.value for line in node.body if isinstance(line, ast.Assign))
        yield from (value.elts[-1] for value in values if isinstance(value, ast.Tuple))


def texts_in(node: ast.expr) -> Iterator[ast.Constant]:
    """The texts that an expression may be, whichever way its conditions go."""
    if isinstance(node, ast.Constant):
        yield node
    elif isinstance(node, ast.IfExp):
        yield from (*texts_in(node.body), *texts_in(node.orelse))


def name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def text_of(node: ast.Constant | ast.JoinedStr) -> str:
    """Its text, with a null for each value that is put in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "".join(text_of(part) if isinstance(part, ast.Constant) else "\0" for part in node.values)


def mistakes_in(source: str) -> list[str]:
    """What is wrong with the words of a module, each with its line."""
    module = Module(source)
    found = [(node.lineno, f"not marked: {text_of(node)!r}") for node in module.bare()]
    for call in module.marked():
        given = [a for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        wanted = 1 if "ngettext" not in module.marks[call.func.id] else 2
        if len(given) < wanted:
            found.append((call.lineno, "no plain string: a catalogue can't hold it"))
        if module.marks[call.func.id] in NOW and module.runs_at_import(call):
            found.append((call.lineno, "translated at import, whatever the language of the reader"))
        found += [(call.lineno, sentence) for sentence in wrong_names(module, call, given)]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef) and "_" in module.marks:
            names = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id == "_"]
            stored = any(isinstance(name.ctx, ast.Store) for name in names)
            called = any(
                isinstance(module.parents[name], ast.Call) and module.is_mark(module.parents[name]) for name in names
            )
            if stored and called:
                found.append((node.lineno, f"{node.name} hides gettext behind a variable _"))
    return [f"line {line}: {sentence}" for line, sentence in sorted(found)]


def wrong_names(module: Module, call: ast.Call, given: list[ast.Constant]) -> Iterator[str]:
    """Where a sentence's names in braces are not those that `.format` fills."""
    parent = module.parents[call]
    if not (isinstance(parent, ast.Attribute) and parent.attr == "format"):
        return
    filled = module.parents[parent]
    assert isinstance(filled, ast.Call)
    names = {name for text in given for _, name, _, _ in string.Formatter().parse(text.value) if name is not None}
    if names != {keyword.arg for keyword in filled.keywords} or filled.args:
        yield f"{given[-1].value!r} does not name what it is filled with"


MODULES = [path for package in PACKAGES for path in modules_of(package)]


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_every_sentence_of_a_module_can_be_translated(path: Path) -> None:
    assert mistakes_in(path.read_text()) == []


@pytest.mark.parametrize("name", FOR_DEVELOPERS)
def test_a_module_for_developers_has_such_sentences(name: str) -> None:
    assert mistakes_in((ROOT / name).read_text()) != []


IMPORT = "from django.utils.translation import gettext as _, gettext_lazy as lazy, ngettext\n"


@pytest.mark.parametrize(
    ("source", "mistake"),
    [
        ('def f(x): raise Refusal(f"{x} is here.")', "not marked: '\\x00 is here.'"),
        ('def f(x): raise Refusal(_(f"{x} is here."))', "no plain string: a catalogue can't hold it"),
        ('def f(x): raise Refusal(_("It is here."), do="Go" if x else _("Stay"))', "not marked: 'Go'"),
        ('def f(x): return Verdict("CODE", _("Held: {hold}.").format(hold=x), "Nobody released it.")', "not marked: "),
        ('def f(x): return _("Held: {hold}.").format(name=x)', "'Held: {hold}.' does not name what it is filled with"),
        ('def f(x): sentence = "It is not there."; raise x(sentence)', "not marked: 'It is not there.'"),
        ('class Kind(TextChoices): GOOD = "GOOD", "Good"', "not marked: 'Good'"),
        ('class Kind(TextChoices): GOOD = "GOOD", _("Good")', "translated at import"),
        ('rule = CheckConstraint(name="a", violation_error_message="Never.")', "not marked: 'Never.'"),
        ('def f(x):\n    first, _ = x\n    return _("Good")', "f hides gettext behind a variable _"),
    ],
)
def test_a_mistake_is_found(source: str, mistake: str) -> None:
    (found,) = mistakes_in(IMPORT + source)
    assert mistake in found


@pytest.mark.parametrize(
    "source",
    [
        'def f(x): raise Refusal(_("{unit} is held.").format(unit=x), do=_("Wait."), code="HELD")',
        'def f(n): return ngettext("{n} is left.", "{n} are left.", n).format(n=n)',
        'class Kind(TextChoices): GOOD = "GOOD", lazy("Good")',
        'class Kind:\n    """What a person does not read."""',
        'def f(x): assert x, "An execution has a plan."',
        'def f(x, y): raise Refusal(f"{x}: {y}")',
    ],
)
def test_what_is_marked_is_well(source: str) -> None:
    assert mistakes_in(IMPORT + source) == []
