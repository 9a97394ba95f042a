"""Reading what is given for a step: a canonical entry or a refusal, whatever comes; and a canonical value is stable."""

from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mes.kernel.refusals import InvalidInput
from orders.models import StepKind
from orders.plans import ConditionPlan, OperationPlan, StepPlan
from wip.conditions import asked
from wip.entries import Here, read_entries
from wip.models import Reading

HERE = Here(
    SimpleNamespace(site=SimpleNamespace(zone=ZoneInfo("Europe/Vienna"))), datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
)


def a_step(kind: str, position: int = 1, **more) -> StepPlan:
    given = {
        "code": kind,
        "position": position,
        "kind": kind,
        "name": kind.title(),
        "instruction": "",
        "picture": "",
        "is_required": True,
        "samples": 3 if kind == "TABLE" else 1,
        "quantity_unit": "",
        "lower": None,
        "target": None,
        "upper": None,
        "component": None,
        "choices": ("PASS", "FAIL") if kind == "LIST" else (),
    }
    return StepPlan(**given | more)


def an_operation(*steps: StepPlan) -> OperationPlan:
    return OperationPlan("10", "Try", uuid4(), "TRY", 60, "", (), (), steps)


EVERY_KIND = an_operation(*(a_step(kind) for kind in StepKind.values))
TIMES = st.datetimes(min_value=datetime(1850, 1, 1), max_value=datetime(2250, 1, 1))
ONE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=True),
    st.text(),
    st.text("0123456789.,-+eE "),
    st.sampled_from(["yes", "done", "now", "PASS", "amina", "0" * 64, f"{'a' * 64} photo.png", "\ud800", "١"]),
    TIMES.map(lambda time: time.isoformat(timespec="minutes")),
    TIMES.map(lambda time: f"{time:%Y-%m-%d %H:%M}+{time.minute:02}:{time.hour:02}"),
    st.binary(),
    st.dictionaries(st.text(), st.integers()),
)
ANYTHING = ONE | st.lists(ONE, max_size=5)


@given(kind=st.sampled_from(StepKind.values), value=ANYTHING, reason=st.sampled_from(["", "slipped"]))
def test_anything_is_an_entry_or_a_refusal_and_an_entry_reads_itself_back(kind, value, reason):
    try:
        entries = read_entries(EVERY_KIND, kind, value=value, reason=reason, here=HERE)
    except InvalidInput:
        return  # with words, and never anything else
    texts = [entry.text for entry in entries]
    again = read_entries(EVERY_KIND, kind, value=texts if len(texts) > 1 else texts[0], reason=reason, here=HERE)
    assert again == entries
    assert all(len(entry.value) <= 500 and len(entry.name) <= 120 for entry in entries)


@given(
    number=st.decimals(min_value=-1000, max_value=1000, places=3, allow_nan=False),
    decimals=st.integers(0, 4),
)
def test_a_number_has_its_places_and_never_loses_any(number, decimals):
    operation = an_operation(a_step("NUMBER", decimals=decimals))
    try:
        (entry,) = read_entries(operation, "NUMBER", value=f"{number:f}", here=HERE)
    except InvalidInput:
        assert round(number, decimals) != number
        return
    assert Decimal(entry.value) == entry.number == number
    assert len(entry.value.partition(".")[2]) == decimals


ANSWERS = st.dictionaries(st.sampled_from("ABC"), st.sampled_from(["PASS", "FAIL"]))
CHAIN = [
    a_step("TEXT", 1, code="A"),
    a_step("TEXT", 2, code="B", condition=ConditionPlan("A", "IS", "FAIL")),
    a_step("TEXT", 3, code="C", condition=ConditionPlan("B", "IS_NOT", "PASS")),
]


@given(ANSWERS)
def test_a_chain_of_conditions_asks_no_further_than_it_was_asked(answers):
    values = {(code, 1): Reading(step_code=code, kind="TEXT", value=value) for code, value in answers.items()}
    is_b = answers.get("A") == "FAIL"
    is_c = is_b and answers.get("B") == "FAIL"
    assert asked(CHAIN, values) == {"A", *("B" if is_b else ""), *("C" if is_c else "")}


@given(value=st.decimals(-10, 10, places=2), limit=st.decimals(-10, 10, places=2), is_above=st.booleans())
def test_above_and_below_leave_out_the_limit_itself(value, limit, is_above):
    comparison = "ABOVE" if is_above else "BELOW"
    steps = [
        a_step("NUMBER", 1, code="A"),
        a_step("TEXT", 2, code="B", condition=ConditionPlan("A", comparison, f"{limit:f}")),
    ]
    values = {("A", 1): Reading(step_code="A", kind="NUMBER", value=str(value), number=value)}
    assert ("B" in asked(steps, values)) == (value > limit if is_above else value < limit)


def test_a_reason_that_is_too_long_is_refused_and_not_cut():
    with pytest.raises(InvalidInput, match="up to 200 characters, this one has 201") as refusal:
        read_entries(EVERY_KIND, "TEXT", value="4.2.1", reason="x" * 201, here=HERE)
    assert [error.where for error in refusal.value.errors] == ["TEXT.reason"]
    (entry,) = read_entries(EVERY_KIND, "TEXT", value="4.2.1", reason=" " + "x" * 200, here=HERE)
    assert len(entry.reason) == 200


def test_a_whole_table_is_of_no_sample():
    with pytest.raises(InvalidInput, match="entered as a whole"):
        read_entries(EVERY_KIND, "TABLE", value=["1", "2", "3"], sample=2, here=HERE)
    (entry,) = read_entries(EVERY_KIND, "TABLE", value="2.5", sample=2, reason="Misread", here=HERE)
    assert entry.sample == 2
