"""All pairs: every verb in every status either is in the table, or is refused and says what can be done instead."""

from itertools import product

import pytest
from django.utils import translation

from equipment.status import HELP_CALL, REASON_TREE, CallStatus, TreeStatus
from genealogy.status import UNIT, UnitStatus
from mes.boards.table_words import STATES, VERBS
from mes.kernel.transitions import IllegalTransition, Transitions, words_of
from orders.status import ORDER, REVISION, OrderStatus, RevisionStatus
from wip.status import (
    BATCH,
    EXECUTION,
    HOLD,
    PERMIT,
    REWORK,
    BatchStatus,
    ExecutionStatus,
    HoldStatus,
    PermitStatus,
    ReworkStatus,
)

TABLES = {
    "order": (ORDER, OrderStatus),
    "revision": (REVISION, RevisionStatus),
    "unit": (UNIT, UnitStatus),
    "reason tree": (REASON_TREE, TreeStatus),
    "help call": (HELP_CALL, CallStatus),
    "operation": (EXECUTION, ExecutionStatus),
    "hold": (HOLD, HoldStatus),
    "rework": (REWORK, ReworkStatus),
    "batch": (BATCH, BatchStatus),
    "permit": (PERMIT, PermitStatus),
}

# The tables once more, as a person would tell them; a changed rule is changed here as well, on purpose.
TOLD = {
    "order": "None create DRAFT, DRAFT release RELEASED, RELEASED begin RUNNING, RUNNING complete COMPLETED, "
    "DRAFT cancel CANCELLED, RELEASED cancel CANCELLED, RUNNING cancel CANCELLED, RUNNING unbegin RELEASED, "
    "COMPLETED reopen RUNNING, COMPLETED close CLOSED",
    "revision": "None draft DRAFT, DRAFT approve APPROVED, APPROVED send_back DRAFT, APPROVED release RELEASED, "
    "RELEASED retire OBSOLETE",
    "unit": "None release IN_PROCESS, None receive FINISHED, None receive_in_quarantine QUARANTINED, "
    "QUARANTINED release_lot FINISHED, QUARANTINED reject SCRAPPED, FINISHED reject SCRAPPED, "
    "QUARANTINED return_to_supplier RETURNED, FINISHED return_to_supplier RETURNED, "
    "IN_PROCESS finish FINISHED, IN_PROCESS scrap SCRAPPED, FINISHED consume CONSUMED, "
    "IN_PROCESS split IN_PROCESS, IN_PROCESS merge MERGED, IN_PROCESS merge_into IN_PROCESS, "
    "IN_PROCESS cancel CANCELLED, FINISHED reopen IN_PROCESS, SCRAPPED restore IN_PROCESS, "
    "CONSUMED give_back FINISHED",
    "reason tree": "None draft DRAFT, DRAFT release RELEASED, RELEASED retire OBSOLETE",
    "help call": "None call OPEN, OPEN take TAKEN, OPEN finish DONE, TAKEN finish DONE",
    "operation": "None start RUNNING, RUNNING take_over RUNNING, RUNNING record RUNNING, RUNNING book RUNNING, "
    "RUNNING complete COMPLETED, None skip SKIPPED, RUNNING take_back CANCELLED, SKIPPED take_back CANCELLED, "
    "COMPLETED reopen RUNNING, RUNNING join RUNNING, RUNNING pause RUNNING, RUNNING resume RUNNING, "
    "RUNNING leave RUNNING, RUNNING hand_over RUNNING, RUNNING send_back COMPLETED",
    "hold": "None place OPEN, OPEN release RELEASED",
    "rework": "None send_back OPEN, OPEN finish DONE, OPEN cancel CANCELLED, DONE reopen OPEN, CANCELLED reopen OPEN",
    "batch": "None start RUNNING, RUNNING record RUNNING, RUNNING take_over RUNNING, RUNNING complete COMPLETED, "
    "RUNNING take_back CANCELLED, COMPLETED reopen RUNNING",
    "permit": "None grant OPEN, OPEN close CLOSED",
}


def pairs(noun: str):
    table, statuses = TABLES[noun]
    verbs = {verb for _, verb, _ in table} | {"no_such_verb"}
    return [(noun, status, verb) for status, verb in product([None, *statuses.values], sorted(verbs))]


def told(noun: str) -> dict[tuple[str | None, str], str]:
    moves = [move.split() for move in TOLD[noun].split(", ")]
    return {(None if before == "None" else before, verb): after for before, verb, after in moves}


@pytest.mark.parametrize(("noun", "status", "verb"), [pair for noun in TABLES for pair in pairs(noun)])
def test_each_verb_in_each_status_moves_as_told_or_is_refused(noun, status, verb):
    table, _ = TABLES[noun]
    after = told(noun).get((status, verb))
    if after is not None:
        assert table.after(status, verb) == after
        return
    with pytest.raises(IllegalTransition) as refused:
        table.after(status, verb, name="X-1")
    assert refused.value.status == 409
    assert noun in refused.value.what
    assert refused.value.evidence["allowed"] == sorted(v for s, v in told(noun) if s == status)


@pytest.mark.parametrize("noun", TABLES)
def test_every_status_can_be_reached_and_every_move_ends_in_a_known_one(noun):
    table, statuses = TABLES[noun]
    assert {after for _, _, after in table} == set(statuses.values)
    assert {before for before, _, _ in table} <= {None, *statuses.values}


def test_a_refusal_says_what_can_be_done_instead():
    table = Transitions("lamp", {("OFF", "switch_on"): "ON"})
    with pytest.raises(IllegalTransition) as refused:
        table.after("OFF", "switch_off", name="L1")
    assert refused.value.what == "The lamp L1 is off, so it can't switch off now."
    assert refused.value.why == "From here it can: switch_on."
    with pytest.raises(IllegalTransition, match="Nothing more can happen"):
        table.after("ON", "switch_on")


def test_every_word_of_a_table_is_in_the_catalogue():
    moves = [move for table, _statuses in TABLES.values() for move in table]
    assert set(STATES) == {words_of(status) for before, _verb, after in moves for status in (before, after)}
    assert set(VERBS) == {words for _before, verb, _after in moves for words in (verb, words_of(verb))}


def test_a_refusal_is_said_in_the_language_of_who_reads_it(monkeypatch):
    monkeypatch.setattr(translation, "gettext", lambda words: f"<{words}>")
    with pytest.raises(IllegalTransition) as refused:
        ORDER.after("COMPLETED", "release", name="4711")
    assert refused.value.what == "The order 4711 is <completed>, so it can't <release> now."
