"""A status machine as a table: which verb takes an aggregate from which status to which."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mes.kernel.refusals import Refusal


class IllegalTransition(Refusal):
    """The verb is not allowed in the present status."""


@dataclass(frozen=True)
class Transitions:
    """The table of one aggregate.

    noun: what a person calls it ("order"). table: (status or None before it exists, verb) -> status after.
    """

    noun: str
    table: Mapping[tuple[str | None, str], str]

    def after(self, status: str | None, verb: str, *, name: str = "", do: str = "") -> str:
        """The status after the verb; raises IllegalTransition when the table has no such move."""
        try:
            return self.table[status, verb]
        except KeyError:
            allowed = sorted({v for s, v in self.table if s == status})
            known = f"From here it can: {', '.join(allowed)}." if allowed else "Nothing more can happen to it."
            raise IllegalTransition(
                f"The {self.noun} {name} is {_words(status)}, so it can't {_words(verb)} now.".replace("  ", " "),
                why=known,
                do=do or "Look at its present state, then choose again.",
                evidence={"status": status, "verb": verb, "allowed": allowed},
            ) from None

    def __iter__(self) -> Iterator[tuple[str | None, str, str]]:
        for (before, verb), after in self.table.items():
            yield before, verb, after


def _words(code: str | None) -> str:
    return "not there yet" if code is None else code.lower().replace("_", " ")
