"""The demo plant's folder: it is in the image, and its days fit the month that is told, whenever it is loaded."""

from datetime import date, timedelta

import pytest

from equipment.models import CalendarException
from mes.demo.master_data import FOLDER, WEEK, plant_files
from mes.embedded.home import ROOT
from mes.kernel.personnel.models import PersonQualification
from mes.plantfiles.folders import read_folder
from mes.plantfiles.reading import rows_of
from tests.deployment.image import ignored


@pytest.mark.parametrize("days", [-400, -1, *range(8), 99, 1234])
def test_its_days_move_with_the_day_of_loading(days) -> None:
    today = WEEK + timedelta(days=days)
    read = rows_of(plant_files(today))
    assert not read.errors
    exceptions = [row.values for row in read.rows if row.kind.model is CalendarException]
    closed = sorted({each["date"] for each in exceptions if each["kind"] == "CLOSED"})
    (overtime,) = {each["date"] for each in exceptions if each["kind"] == "OVERTIME"}
    assert [f"{day:%a}" for day in (*closed, overtime)] == ["Wed", "Thu", "Sat"]
    assert ahead(closed[0], today) <= -14
    assert ahead(closed[1], today) >= 10
    assert 1 <= ahead(overtime, today) <= 7
    expiries = [row.values["expires_date"] for row in read.rows if row.kind.model is PersonQualification]
    assert sum(ahead(day, today) < 0 for day in expiries) == 2
    assert sum(0 <= ahead(day, today) <= 30 for day in expiries) == 3


def ahead(day: date, today: date) -> int:
    return (day - today).days


def test_it_is_in_the_image() -> None:
    names = [(FOLDER / name).relative_to(ROOT).as_posix() for name in read_folder(FOLDER)]
    assert len(names) > 100
    assert not [name for name in names if ignored(name)]
