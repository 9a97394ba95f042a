"""Barcodes in Code 128, held against examples and rules that are not our own drawing's."""

import re

import pytest

from mes.kernel.code128 import svg, widths

START_B, STOP = "211214", "2331112"


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        # Looked up in the standard's table: A is value 33; the check digit is (104 + 1 x 33) mod 103 = 34.
        ("A", ["111323", "131123"]),
        # L 44, O 47, T 52; the check digit is (104 + 44 + 2 x 47 + 3 x 52) mod 103 = 89.
        ("LOT", ["132131", "133121", "213311", "212141"]),
    ],
)
def test_known_texts_are_drawn_as_the_table_says(text, symbols):
    assert widths(text) == START_B + "".join(symbols) + STOP


@pytest.mark.parametrize("text", ["LOT-00017", "M3X8/2026 (A)", "~ !", "IP2-000001"])
def test_every_symbol_is_built_by_the_rules(text):
    drawn = widths(text)
    symbols = [drawn[i : i + 6] for i in range(0, len(drawn) - len(STOP), 6)]
    assert len(symbols) == 1 + len(text) + 1
    for symbol in symbols:
        assert sum(map(int, symbol)) == 11, "a symbol is 11 modules wide"
        assert sum(map(int, symbol[::2])) % 2 == 0, "its bars are an even number of them"


def test_no_two_characters_look_alike():
    assert len({widths(chr(code))[6:12] for code in range(32, 127)}) == 95


@pytest.mark.parametrize("text", ["", "Größe", "A\x1dB"])
def test_what_scanners_could_not_read_is_refused(text):
    with pytest.raises(ValueError, match="ASCII"):
        widths(text)


def test_the_drawing_has_every_bar_and_quiet_zones():
    drawn = svg("LOT-1")
    bars = [(int(left), int(width)) for left, width in re.findall(r"M(\d+) 0h(\d)v40", drawn)]
    assert [width for _, width in bars] == [int(width) for width in widths("LOT-1")[::2]]
    whole = int(re.search(r'viewBox="0 0 (\d+)', drawn)[1])
    assert (bars[0][0], whole - sum(bars[-1])) == (10, 10)
