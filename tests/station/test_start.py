"""Starting an operation: whose qualification counts on which day."""

from datetime import UTC, date, datetime
from functools import partial

import pytest

from mes.kernel.door import open_door
from mes.station.actions import operations
from tests.api.conftest import api_as
from tests.station.pages import StationPage, text
from wip.policies import BlockedByGates

pytestmark = pytest.mark.django_db


def test_a_qualification_lasts_to_the_end_of_its_day_at_the_site(plant):
    """Northfield's day ends an hour before that of UTC, and its last minute counts."""
    with plant.door("ines"):
        plant.operator.qualifications.update(expires_date=date(2026, 11, 23))
    first, second = (plant.do(plant.unit(), "10", "20") for _ in range(2))
    late, after = datetime(2026, 11, 23, 22, 59, tzinfo=UTC), datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    start = partial(operations.start, operation_code="30", station=plant.stations["30"], by=plant.operator)
    with pytest.raises(BlockedByGates, match="expired on 23 Nov 2026"), open_door(person=plant.operator, at=after):
        start(unit=second, at=after)
    with open_door(person=plant.operator, at=late):
        assert start(unit=first, at=late).is_running


def test_station_and_api_agree_on_the_day(plant, time_machine_at):
    with plant.door("ines"):
        plant.operator.qualifications.update(expires_date=date(2026, 11, 23))
    unit = plant.do(plant.unit(), "10", "20")
    page, api = StationPage(plant), api_as(plant, "amina")
    time_machine_at(datetime(2026, 11, 23, 23, 30, tzinfo=UTC))
    page.log_on()
    assert "expired on 23 Nov 2026" in text(page.post("start/", unit=unit.serial, operation="30"))
    refused = api.post(f"/units/{unit}/operations/30/start", {"station": "ST-30"})
    assert refused.json()["code"] == "OPERATOR_NOT_QUALIFIED"
