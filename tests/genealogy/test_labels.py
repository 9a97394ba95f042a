"""What is read from suppliers' labels. GTIN 09521234543213 is GS1's own example; its check digit is 3."""

from datetime import date

import pytest

from genealogy.labels import read_label
from mes.kernel.refusals import InvalidInput

GTIN = "0109521234543213"


@pytest.mark.parametrize(
    "scanned",
    [
        f"{GTIN}1727013110AB-12\x1d21S9",
        f"]C1{GTIN}1727013110AB-12\x1d21S9",
        f"]d2{GTIN}10AB-12\x1d1727013121S9",
        f"\x1d{GTIN}10AB-12\x1d1727013121S9\r\n",
        f"{GTIN}10AB-12{{GS}}1727013121S9",
        f"{GTIN}10AB-12<GS>1727013121S9",
        f"{GTIN}10AB-12^]1727013121S9",
        "(01)09521234543213(17)270131(10)AB-12(21)S9",
    ],
)
def test_item_lot_expiry_and_serial_are_read_whatever_the_scanner_makes_of_the_separator(scanned):
    label = read_label(scanned)
    assert (label.gtin, label.lot, label.expires, label.serial) == (
        "09521234543213",
        "AB-12",
        date(2027, 1, 31),
        "S9",
    )
    assert label.is_gs1


def test_day_00_is_the_last_of_the_month():
    assert read_label("10AB\x1d17270200").expires == date(2027, 2, 28)


@pytest.mark.parametrize("scanned", ["LOT-77", "10AB12", "B 2026/11", "4711", "0", "]", "(", "(99", "]C1", "Größe"])
def test_a_code_that_is_not_gs1_is_the_suppliers_lot(scanned):
    label = read_label(f" {scanned}\r")
    assert (label.lot, label.is_gs1, label.expires) == (scanned, False, None)


@pytest.mark.parametrize("scanned", ["010952123454321417270131", "(01)09521234543213(17)271331", "]C1hello"])
def test_a_misread_item_number_or_date_is_refused(scanned):
    with pytest.raises(InvalidInput):
        read_label(scanned)
