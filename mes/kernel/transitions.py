"""A status machine as a table: which verb takes an aggregate from which status to which."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from mes.kernel.refusals import Refusal


class IllegalTransition(Refusal):
    """The verb is not allowed in the present status."""


@dataclass(frozen=True)
class Transitions:
    """The table of one aggregate.

    noun: what a person calls it ("order"). table: (status or None before it exists, verb) -> status after.
    """

    noun: str | Promise
    table: Mapping[tuple[str | None, str], str]

    def after(self, status: str | None, verb: str, *, name: str = "", do: str = "") -> str:
        """The status after the verb; raises IllegalTransition when the table has no such move."""
        try:
            return self.table[status, verb]
        except KeyError:
            allowed = sorted({v for s, v in self.table if s == status})
            if allowed:
                known = _("From here it can: {verbs}.").format(
                    verbs=", ".join(translation.gettext(verb) for verb in allowed)
                )
            else:
                known = _("Nothing more can happen to it.")
            sentence = _("The {noun} {name} is {status}, so it can't {verb} now.").format(
                noun=self.noun, name=name, status=_words(status), verb=_words(verb)
            )
            raise IllegalTransition(
                sentence.replace("  ", " "),
                why=known,
                do=do or _("Look at its present state, then choose again."),
                evidence={"status": status, "verb": verb, "allowed": allowed},
            ) from None

    def __iter__(self) -> Iterator[tuple[str | None, str, str]]:
        for (before, verb), after in self.table.items():
            yield before, verb, after


def _words(code: str | None) -> str:
    """What a refusal calls a state or verb; its words are marked for the catalogue where all tables are known."""
    return translation.gettext(words_of(code))


def words_of(code: str | None) -> str:
    """The code of a state or verb in English words."""
    return "not there yet" if code is None else code.lower().replace("_", " ")
