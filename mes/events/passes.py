"""Passes: what a browser shows to listen. The web process gives them out, the events program reads them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing

SALT = "plantwright.events.pass"
# So long may a stream go on; who is disabled meanwhile gets no further pass.
LIFE_S = 50
# A page asks for the next one while the stream it has goes on, so that nothing is missed between the two.
RENEW_S = 40
MOST_TOPICS = 100


class NoPass(Exception):
    """What was shown is no pass, or one whose time is over."""


@dataclass(frozen=True)
class Pass:
    """topics: what may be heard; until: when it ends, in Unix seconds."""

    topics: frozenset[str]
    until: float

    @property
    def left_s(self) -> float:
        return self.until - time.time()


def give(topics: Iterable[str]) -> str:
    """A pass for these topics, signed, fit for an address."""
    content = {"topics": sorted(topics), "until": round(time.time() + LIFE_S, 3)}
    return signing.dumps(content, salt=SALT, compress=True)


def read(shown: str) -> Pass:
    """The pass that was shown. Raises NoPass."""
    try:
        content = signing.loads(shown, salt=SALT)
    except signing.BadSignature as error:
        raise NoPass("This is no pass.") from error
    found = Pass(frozenset(content["topics"]), content["until"])
    if found.left_s <= 0:
        raise NoPass("The time of this pass is over.")
    return found
