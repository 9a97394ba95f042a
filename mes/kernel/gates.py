"""The gate engine: the checks that enforce also explain, rank and review.

A gate is a pure function of facts. It names the loaders of the facts it reads; the runner calls each loader once for
all subjects together, so that asking about fifty units costs as many queries as asking about one. The gates of a plant
are listed, in order, in the setting MES_GATES as dotted paths (as MIDDLEWARE is), and all of them are always run: the
answer carries every blocker, not the first.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.text import capfirst

T = TypeVar("T")


class Hook(StrEnum):
    """When a gate is asked."""

    START = "start"
    TAKE_OVER = "take_over"
    RECORD = "record"
    COMPLETE = "complete"
    SKIP = "skip"


class Override(StrEnum):
    """Who may pass a gate that says no."""

    NEVER = "never"
    SUPERVISOR = "supervisor"
    PERMIT = "permit"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A gate's no. what: the fact; why: the reason; do: the remedy; evidence: the records it rests on."""

    code: str
    what: str
    why: str = ""
    do: str = ""
    tone: str = "alarm"
    evidence: Mapping[str, Any] = field(default_factory=dict)
    # Both written by the gate that said it.
    override: Override = Override.NEVER
    gate: str = ""
    # It judges what was made: who passes it leaves a result that is not good.
    fails: bool = False
    # The station itself settles it, as the last thing before the start: what waits there is ready all the same.
    comes_with_start: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "what": self.what,
            "why": self.why,
            "do": self.do,
            "override": str(self.override),
            "evidence": dict(self.evidence),
        }


class Facts:
    """What the gates may know about one subject, by the loader that brought it: `facts[open_holds]`."""

    __slots__ = ("_index", "_loaded")

    def __init__(self, loaded: Mapping[Callable[..., Any], Sequence[Any]], index: int = 0) -> None:
        self._loaded, self._index = loaded, index

    def __getitem__(self, loader: Callable[[Sequence[Any]], Sequence[T]]) -> T:
        return self._loaded[loader][self._index]

    @classmethod
    def of(cls, known: Mapping[Callable[..., Any], Any]) -> "Facts":
        """Facts about one subject, given directly."""
        return cls({loader: [value] for loader, value in known.items()})


@dataclass(frozen=True)
class Gate:
    """A check with the hooks at which it is asked and the loaders of the facts it reads."""

    check: Callable[[Facts], Verdict | None]
    hooks: frozenset[Hook]
    needs: tuple[Callable[[Sequence[Any]], Sequence[Any]], ...]
    name: str
    summary: str
    override: Override = Override.NEVER

    @property
    def path(self) -> str:
        """The dotted path that MES_GATES lists it by."""
        return f"{self.check.__module__}.{self.name}"

    @property
    def words(self) -> str:
        """What a person calls it: its name in words."""
        return translation.gettext(words_of_name(self.name))

    def __call__(self, facts: Facts) -> Verdict | None:
        verdict = self.check(facts)
        return verdict and replace(verdict, gate=self.path, override=self.override)


def gate(
    *hooks: Hook,
    needs: Sequence[Callable[[Sequence[Any]], Sequence[Any]]],
    override: Override = Override.NEVER,
) -> Callable[[Callable[[Facts], Verdict | None]], Gate]:
    """Make a pure function `check(facts) -> Verdict | None` a gate. Its docstring's first line is its summary.

    override: who may pass it when it says no.
    """

    def wrap(check: Callable[[Facts], Verdict | None]) -> Gate:
        summary = (check.__doc__ or "").strip().splitlines()[0]
        return Gate(check, frozenset(hooks), tuple(needs), check.__name__, summary, override)

    return wrap


def words_of_name(name: str) -> str:
    """A gate's name in English words."""
    return capfirst(name.replace("_", " "))


def judge(subjects: Sequence[Any], hook: Hook, gates: Sequence[Gate] | None = None) -> list[list[Verdict]]:
    """Ask every gate of the hook about every subject; one list of verdicts a subject, empty when nothing blocks.

    Never raises a refusal itself. Queries: one call of each needed loader, whatever the number of subjects; none for
    none.
    """
    if not subjects:
        return []
    asked = [g for g in (configured() if gates is None else gates) if hook in g.hooks]
    loaded = {loader: loader(subjects) for loader in dict.fromkeys(need for g in asked for need in g.needs)}
    known = [Facts(loaded, index) for index in range(len(subjects))]
    return [[verdict for g in asked if (verdict := g(facts)) is not None] for facts in known]


@lru_cache(maxsize=8)
def _imported(paths: tuple[str, ...]) -> tuple[Gate, ...]:
    return tuple(import_string(path) for path in paths)


def configured() -> tuple[Gate, ...]:
    """The plant's gates, in the order of the setting MES_GATES."""
    return _imported(tuple(settings.MES_GATES))
