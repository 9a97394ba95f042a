"""An interlock in the master data: its tag has to be there, and to carry a permission."""

import pytest

from equipment.models import Station, Tag
from mes.kernel.door import open_door
from tests.equipment.test_machine_admin import form_of, post
from tests.interlock_floor import interlocked

pytestmark = pytest.mark.django_db


def change(client, plant, **fields):
    station = plant.stations["20"]
    inline = {"clearance_items-TOTAL_FORMS": "0", "clearance_items-INITIAL_FORMS": "0"}
    content = form_of(client, plant, "station_change", station.pk) | inline | {"is_active": "on"} | fields
    return post(client, plant, "hiroshi", "station_change", station.pk, **content)


def test_a_station_gets_an_interlock_with_a_reason(client, plant):
    interlocked(plant)
    answer = change(client, plant, interlock="RECIPE", permission_tag="ENABLE")
    assert answer.status_code == 302, answer.context["errors"]
    station = Station.objects.get(code="ST-20")
    assert (station.interlock, station.history.first().history_change_reason) == ("RECIPE", "CAPA-7")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("is_writable", False, "ST-20 has no tag ENABLE that may be written"),
        ("is_active", False, "ST-20 has no tag ENABLE that may be written"),
        ("value_type", "FLOAT32", "ENABLE at ST-20 is no bit or whole number"),
    ],
)
def test_a_tag_that_can_not_carry_a_permission_is_refused(client, plant, field, value, words):
    interlocked(plant)
    with open_door(person=None):
        Tag.objects.filter(code="ENABLE").update(**{field: value})
    answer = change(client, plant, interlock="PERMISSION", permission_tag="ENABLE")
    assert words in str(answer.context["errors"])


def test_an_interlock_without_a_tag_is_refused(client, plant):
    answer = change(client, plant, interlock="PERMISSION", permission_tag="")
    assert "names the tag" in str(answer.context["errors"])
