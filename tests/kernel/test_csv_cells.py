"""Cells that a spreadsheet would calculate are told apart from it, and come back."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mes.kernel.csv_cells import as_it_was, neutral

texts = some.text(max_size=8) | some.text("'=+-@\t\r1.e", max_size=6)


@given(texts)
def test_a_cell_comes_back_as_it_was_and_is_no_formula(text):
    cell = neutral(text)
    assert as_it_was(cell) == text
    if cell[:1] in tuple("=+-@\t\r"):
        float(cell)  # a number, and nothing else


@pytest.mark.parametrize("number", ["-1", "-20.5", "+3", "1e-05", "-1e+300"])
def test_a_number_stays_a_number(number):
    assert neutral(number) == number


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1", "-"])
def test_what_would_be_calculated_is_text(text):
    assert neutral(text) == f"'{text}"
