"""By what a station's queue is ranked: each rule as a key to sort by, and in words. Pure.

`wip.queues` has the same rules in SQL; a test holds both against each other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from equipment.status import DispatchRule


@dataclass(frozen=True)
class Terms:
    """What a job that waits is ranked by.

    setup_s, work_s: planned setup, and planned time with it; left_s: that with all that comes after it on the unit.
    waits_since: None where it does not wait here yet.
    """

    priority: int
    due_at: datetime
    order: str
    serial: str
    operation: str
    setup_s: int
    work_s: int
    left_s: int
    setup_family: str = ""
    waits_since: datetime | None = None

    def critical_ratio(self, now: datetime) -> float:
        """Time until the due date over the work that is left: under 1 it will be late, under 0 it is."""
        return (self.due_at - now).total_seconds() / max(self.left_s, 1)

    def is_same_setup(self, family: str) -> bool:
        return bool(family) and self.setup_family == family


def rank(terms: Terms, rule: DispatchRule, *, now: datetime, family: str = "") -> tuple[Any, ...]:
    """What to sort by, the least first. family: the setup family of the last job at the station, empty for none."""
    rest = (terms.order, terms.serial, terms.operation)
    match rule:
        case DispatchRule.PRIORITY:
            return (terms.priority, terms.due_at, *rest)
        case DispatchRule.DUE:
            return (terms.due_at, terms.priority, *rest)
        case DispatchRule.SHORTEST:
            return (terms.work_s, terms.due_at, *rest)
        case DispatchRule.CRITICAL:
            return (terms.critical_ratio(now), terms.due_at, *rest)
        case DispatchRule.FAMILY:
            return (not terms.is_same_setup(family), terms.due_at, *rest)
        case DispatchRule.FIFO:
            return (terms.waits_since is None, terms.waits_since or terms.due_at, terms.due_at, *rest)


def in_words(terms: Terms, rule: DispatchRule, *, now: datetime, family: str = "") -> str:
    """The terms that the rule looks at, with their figures."""
    due = due_in_words(terms.due_at - now)
    match rule:
        case DispatchRule.PRIORITY:
            return _("priority {priority}, {due}").format(priority=terms.priority, due=due)
        case DispatchRule.DUE:
            return _("{due}, priority {priority}").format(priority=terms.priority, due=due)
        case DispatchRule.SHORTEST:
            said = _("{work} of work, {setup} of it setup; {due}") if terms.setup_s else _("{work} of work; {due}")
            work, setup = span_in_words(terms.work_s), span_in_words(terms.setup_s)
            return said.format(work=work, setup=setup, due=due)
        case DispatchRule.CRITICAL:
            ratio, left = f"{terms.critical_ratio(now):.1f}", span_in_words(terms.left_s)
            return _("critical ratio {ratio}: {due}, {left} of work left").format(ratio=ratio, due=due, left=left)
        case DispatchRule.FAMILY:
            return _in_words_of_setup(terms, family).format(setup=terms.setup_family, last=family, due=due)
        case DispatchRule.FIFO:
            if terms.waits_since is None:
                return _("not here yet; {due}").format(due=due)
            waited = span_in_words(max(0, round((now - terms.waits_since).total_seconds())))
            return _("here for {span}; {due}").format(span=waited, due=due)


def _in_words_of_setup(terms: Terms, family: str) -> str:
    if terms.is_same_setup(family):
        return _("same setup as the last job, {setup}; {due}")
    if not terms.setup_family:
        return _("no setup family; {due}")
    return _("setup {setup} after {last}; {due}") if family else _("setup {setup}; {due}")


def due_in_words(until: timedelta) -> str:
    """Due in 6 h, or 3 h late."""
    seconds = round(until.total_seconds())
    said = _("due in {span}") if seconds >= 0 else _("{span} late")
    return said.format(span=span_in_words(abs(seconds)))


def span_in_words(seconds: int) -> str:
    """A span in the unit that one would say: 40 s, 25 min, 7.5 h, 12 days."""
    if seconds < 100:
        return _("{count} s").format(count=seconds)
    if seconds < 100 * 60:
        return _("{count} min").format(count=round(seconds / 60))
    if seconds < 60 * 3600:
        return _("{count} h").format(count=f"{seconds / 3600:.1f}".removesuffix(".0"))
    return _("{count} days").format(count=round(seconds / 86400))
