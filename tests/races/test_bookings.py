"""Many hands book on one operation at once: the sum is exact, nothing is lost, doubled, negative or above the order."""

import random
from decimal import Decimal

import pytest
from django.db.models import Sum

from genealogy.models import ActivityUnit
from mes.kernel.refusals import Busy
from tests.lots import LotLine, lot_line
from tests.races.runners import at_once, refused
from wip.models import ExecutionEvent

PEOPLE = ["amina", "tomasz", "ines", "erp"]


def book_many_times(line: LotLine, times: int, seed: int) -> tuple[int, int]:
    """Good and scrap that were acknowledged; who has to wait too long repeats, as a station does."""
    chance = random.Random(seed)
    good = scrap = 0
    for number in range(times):
        one = (1, 0) if chance.random() < 0.9 else (0, 1)
        for attempt in range(20):
            try:
                line.book(*one, who=PEOPLE[(seed + number) % len(PEOPLE)])
            except Busy:
                if attempt == 19:
                    raise
            else:
                good, scrap = good + one[0], scrap + one[1]
                break
    return good, scrap


def hands_book(line: LotLine, hands: int, times: int) -> None:
    answers = at_once(*(lambda seed=seed: book_many_times(line, times, seed) for seed in range(hands)), patience_s=1800)
    assert not refused(answers), answers
    good, scrap = (sum(answer[part] for answer in answers) for part in (0, 1))
    assert good + scrap == hands * times
    execution, unit = line.execution(), line.unit()
    booked = ExecutionEvent.objects.filter(execution=execution, kind="BOOKED")
    sums = booked.aggregate(good=Sum("good"), scrap=Sum("scrap"))
    assert booked.count() == hands * times
    assert (execution.quantity_good, execution.quantity_scrapped) == (sums["good"], sums["scrap"]) == (good, scrap)
    assert unit.quantity_scrapped == scrap
    activities = ActivityUnit.objects.filter(unit=unit, activity__kind="SCRAP").aggregate(sum=Sum("quantity"))
    assert (activities["sum"] or 0) == scrap


def test_ten_hands_book_twenty_times_each(committed_plant):
    hands_book(lot_line(committed_plant, quantity=10_000), 10, 20)


@pytest.mark.slow
def test_fifty_hands_book_two_hundred_times_each(committed_plant):
    line = lot_line(committed_plant, quantity=10_001)
    hands_book(line, 50, 200)
    assert line.execution().quantity_open == 1


def test_the_last_piece_is_booked_once(committed_plant):
    line = lot_line(committed_plant, quantity=3)
    answers = at_once(*[lambda: line.book(1, 0)] * 8)
    assert len(refused(answers)) == 5
    assert line.execution().quantity_open == Decimal(0)
