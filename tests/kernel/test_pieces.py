"""Small components that are kept: what comes out is what an include without keeping gives."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.template import engines

from mes.kernel import pieces

BADGE = '{% include "components/badge.html" with tone="held" letter=letter word=word only %}'
BAR = '{% include "components/progress.html" with done=done total=total since=since label="" only %}'


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch) -> dict:
    monkeypatch.setattr(pieces, "_pieces", kept := {})
    return kept


def shown(text: str, **given) -> str:
    return engines["django"].from_string(text).render(given)


def test_a_second_badge_of_the_same_words_is_the_one_that_was_kept(nothing_kept):
    first = shown(BADGE, letter="H", word="Held & waiting")
    assert "Held &amp; waiting" in first
    assert shown(BADGE, letter="H", word="Held & waiting") == first
    assert len([key for key in nothing_kept if key[0] == "components/badge.html"]) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("1", Decimal("1.00")), (Decimal(1), Decimal("1.00")), (1, Decimal("1.00"))]
)
def test_equal_values_that_look_different_are_kept_apart(one, other):
    assert "\n1</span>" in shown(BADGE, letter="H", word=one)
    assert "\n1.00</span>" in shown(BADGE, letter="H", word=other)


def test_a_time_is_not_kept_because_it_is_shown_in_the_readers_zone(nothing_kept):
    shown(BAR, done=1, total=2, since=datetime(2026, 11, 23, tzinfo=UTC))
    assert not nothing_kept


def test_so_much_is_kept_and_no_more(monkeypatch, nothing_kept):
    monkeypatch.setattr(pieces, "_MOST", 4)
    for word in "ABCDEFG":
        shown(BADGE, letter="H", word=word)
    assert len(nothing_kept) <= 4
