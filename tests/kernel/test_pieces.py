"""Small components that are kept: what comes out is what an include without keeping gives."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.template import engines

from mes.boards.context import Entries, Entry
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


def test_a_flat_record_is_kept_under_all_it_says(nothing_kept):
    nav = '{% include "components/nav.html" with entries=entries only %}'
    first = shown(nav, entries=Entries((Entry("Orders", "/orders/", True),)))
    assert "aria-current" in first
    assert shown(nav, entries=Entries((Entry("Orders", "/orders/", True),))) == first
    assert "aria-current" not in shown(nav, entries=Entries((Entry("Orders", "/orders/", False),)))
    assert len(nothing_kept) == 2


def test_what_is_between_kept_and_its_end_follows_from_the_values_named():
    kept = engines["django"].from_string("{% kept who %}{{ what }}{% endkept %}")
    assert [kept.render({"who": who, "what": what}) for who, what in (("a", 1), ("a", 2), ("b", 2))] == ["1", "1", "2"]
    other = engines["django"].from_string("{% kept who %}{{ what }}{% endkept %}")
    assert other.render({"who": "a", "what": 3}) == "3"


def test_so_much_is_kept_and_no_more(monkeypatch, nothing_kept):
    monkeypatch.setattr(pieces, "_MOST", 4)
    for word in "ABCDEFG":
        shown(BADGE, letter="H", word=word)
    assert len(nothing_kept) <= 4
