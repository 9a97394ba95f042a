"""Writing to a machine from its page: what may be, what would be, the signature, and taking it back."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from equipment.models import ConnectionLease, MachineCommand, Tag
from mes.kernel.audit.models import Signature
from mes.kernel.door import open_door
from mes.kernel.keys import uuid7
from tests.interlock_floor import interlocked
from tests.machines import connection_at, showed, tag_at, watched
from tests.plant import PASSWORD
from tests.station.pages import text

pytestmark = pytest.mark.django_db
PAGE = "/machines/NF/ST-10/write/"
WHY = {"reason": "New batch", "wait_s": "10", "is_expected": "on"}


@pytest.fixture
def tags(plant) -> dict[str, Tag]:
    """A furnace of ST-10: two numbers, one of them signed, a bit and a text that may be written; and one not."""
    station, now = plant.stations["10"], timezone.now()
    connection = connection_at(station)
    more = {
        "HEAT": {"value_type": "FLOAT32", "quantity_unit": "°C", "write_low": 20, "write_high": 950},
        "FAN": {"value_type": "UINT16", "quantity_unit": "%"},
        "LAMP": {"value_type": "BOOL"},
        "NAME": {"value_type": "TEXT", "length": 12},
        "SHOWN": {},
    }
    made = {
        code: tag_at(connection, station, code, f"holding:{n * 10}", is_writable=code != "SHOWN", **given)
        for n, (code, given) in enumerate(more.items())
    }
    with open_door(person=None):
        Tag.objects.filter(code="HEAT").update(needs_signature=True)
    watched(connection, now - timedelta(hours=1), now)
    for code, value in (("HEAT", 900.5), ("FAN", 40), ("LAMP", 1), ("NAME", "A-17")):
        showed(made[code], (now - timedelta(minutes=3), value, 192))
    return made


def desk(plant, who: str = "ines") -> Client:
    client = Client()
    client.force_login(plant.people[who])
    return client


def check(client: Client, **values: str):
    """The new values, and the page that shows what would be written."""
    return client.post(PAGE, WHY | {f"value-{code}": value for code, value in values.items()})


def go_on(client: Client, shown, key: str = "", **more: str):
    """That page is answered."""
    given = {"carried": shown.context["carried"], "connection": "PLC-1", "digest": shown.context["shown"]}
    return client.post(PAGE, given | {"idempotency_key": key or str(uuid7())} | more)


def test_each_tag_that_may_be_written_stands_there_with_what_it_shows_and_how_fresh_that_is(plant, tags):
    page = desk(plant).get(PAGE)
    shown = re.sub(r"3:\d\d", "3 min", text(page))
    assert "HEAT 20 to 950 °C; with your signature 900.5 °C 3 min ago" in shown
    assert "FAN a number % 40 % 3 min ago" in shown
    assert "LAMP yes or no yes 3 min ago" in shown
    assert "NAME a text of up to 12 bytes A-17 3 min ago" in shown
    assert "SHOWN" not in shown
    assert "PLC-1: " not in shown


def test_what_a_machine_shows_that_nobody_watches_is_said_to_be_old(plant, tags):
    ConnectionLease.objects.filter(connection=tags["FAN"].connection).update(expires_at=None)
    assert "is what it showed last" in text(desk(plant).get(PAGE))


def test_values_of_each_type_are_written_with_what_had_to_be_there_and_without_a_signature(plant, tags):
    client = desk(plant)
    shown = check(client, FAN="42,5", LAMP="no", NAME="R-7")
    assert "FAN 40 % 42.5 %" in text(shown)
    assert "Your password" not in text(shown)
    assert not MachineCommand.objects.exists()
    done = go_on(client, shown)
    assert (done.status_code, done["Location"]) == (302, "/machines/NF/ST-10/#commands")
    command = MachineCommand.objects.get()
    assert command.lines == [
        {"tag": "FAN", "value": 42.5, "expected": 40},
        {"tag": "LAMP", "value": False, "expected": True},
        {"tag": "NAME", "value": "R-7", "expected": "A-17"},
    ]
    assert (command.asked_by.username, command.reason, command.signature) == ("ines", "New batch", None)
    assert command.deadline_at - command.asked_at == timedelta(seconds=10)


def test_what_is_not_known_well_and_what_is_to_be_overwritten_need_not_be_there(plant, tags):
    client = desk(plant)
    showed(tags["FAN"], (timezone.now(), 100, 84))  # clamped: the machine may show more
    shown = check(client, FAN="1")
    assert "FAN not known 1 %" in text(shown)
    go_on(client, shown)
    whatever = client.post(PAGE, {"reason": "x", "wait_s": "10", "value-NAME": "R-8"})
    assert "NAME anything R-8" in text(whatever)
    go_on(client, whatever)
    assert {tuple(line) for command in MachineCommand.objects.all() for line in command.lines} == {("tag", "value")}


def test_mistakes_stand_beside_their_fields_and_nothing_typed_is_lost(plant, tags):
    page = desk(plant).post(
        PAGE,
        {"value-HEAT": "1000", "value-FAN": "fast", "value-LAMP": "perhaps", "value-NAME": "R-7", "wait_s": "900"},
    )
    assert page.status_code == 422
    errors = page.context["form"].errors
    assert set(errors) == {"value-HEAT", "value-FAN", "value-LAMP", "wait_s", "reason"}
    shown = page.content.decode()
    assert 'aria-describedby="id_value-HEAT_error"' in shown
    assert "1000 is not within its bounds." in text(page)
    assert "It takes a number." in text(page)
    for typed in ("1000", "fast", "R-7", "900"):
        assert f'value="{typed}"' in shown
    assert not MachineCommand.objects.exists()


def test_without_a_new_value_nothing_is_asked_for(plant, tags):
    page = check(desk(plant))
    assert (page.status_code, "Enter at least one new value." in text(page)) == (422, True)


def test_what_asks_for_a_signature_is_signed_as_it_is_shown(plant, tags):
    client = desk(plant)
    shown = check(client, HEAT="930", FAN="45")
    assert "Your password: “I approve this”" in text(shown)
    assert shown.context["shown"][:4] in text(shown)
    key = str(uuid7())
    for _again in range(2):
        assert go_on(client, shown, key, password=PASSWORD).status_code == 302
    command = MachineCommand.objects.get()
    assert (command.signature.signed_by.username, command.signature.shown_digest) == ("ines", shown.context["shown"])
    page = text(client.get("/machines/NF/ST-10/"))
    assert "signed: I approve this, Ines" in page
    assert command.signature.digest_groups in page


def test_a_wrong_password_is_said_beside_it_and_five_lock_the_person(plant, tags):
    client = desk(plant)
    shown = check(client, HEAT="930")
    for _attempt in range(5):
        wrong = go_on(client, shown, password="not this one")
        assert (wrong.status_code, "The password is not right." in text(wrong)) == (422, True)
        assert "930" in text(wrong)
    assert "is locked" in text(go_on(client, shown, password=PASSWORD))
    assert not Signature.objects.filter(record_table="equipment_machinecommand").exists()


def test_without_a_password_it_is_asked_for(plant, tags):
    client = desk(plant)
    missing = go_on(client, check(client, HEAT="930"))
    assert (missing.status_code, set(missing.context["sign"].errors)) == (422, {"password"})
    assert not MachineCommand.objects.exists()


def test_what_changed_after_it_was_shown_is_shown_again_and_not_written(plant, tags):
    client = desk(plant)
    shown = check(client, HEAT="930")
    with open_door(person=None):
        Tag.objects.filter(code="HEAT").update(quantity_unit="K")
    void = go_on(client, shown, password=PASSWORD)
    assert (void.status_code, "What you signed is not what is recorded now." in text(void)) == (409, True)
    assert go_on(client, void, password=PASSWORD).status_code == 302
    narrower = check(client, HEAT="940")
    with open_door(person=None):
        Tag.objects.filter(code="HEAT").update(write_high=900)
    refused = go_on(client, narrower, password=PASSWORD)
    assert (refused.status_code, "HEAT: 940 is not within its bounds." in text(refused)) == (422, True)
    with open_door(person=None):
        Tag.objects.filter(code="HEAT").update(is_active=False)
    gone = go_on(client, narrower, password=PASSWORD)
    assert "Somebody changed the tags after they were shown to you." in text(gone)
    assert MachineCommand.objects.count() == 1


def test_a_tag_that_asks_for_a_signature_by_now_has_it_asked_for(plant, tags):
    client = desk(plant)
    shown = check(client, FAN="45")
    with open_door(person=None):
        Tag.objects.filter(code="FAN").update(needs_signature=True)
    asked = go_on(client, shown)
    assert (asked.status_code, "Your password" in text(asked)) == (422, True)
    assert not MachineCommand.objects.exists()


def test_what_was_shown_goes_back_to_be_changed_with_all_that_was_typed(plant, tags):
    client = desk(plant)
    back = go_on(client, check(client, HEAT="930,5", LAMP="no"), change="yes")
    page = back.content.decode()
    assert back.status_code == 200
    assert 'value="930,5"' in page
    assert '<option value="no" selected>' in page
    assert 'value="New batch"' in page


def test_what_did_not_come_back_as_it_was_shown_is_refused(plant, tags):
    client = desk(plant)
    carried = check(client, FAN="45").context["carried"]
    refused = client.post(PAGE, {"carried": f"{carried[:-3]}abc", "idempotency_key": str(uuid7())})
    assert (refused.status_code, "did not come back as they were shown" in text(refused)) == (422, True)


def test_a_command_goes_to_one_connection_and_the_other_is_chosen(plant, tags):
    other = connection_at(plant.stations["10"], "PLC-2", address="127.0.0.1:2")
    tag_at(other, plant.stations["10"], "VALVE", "coil:1", value_type="BOOL", is_writable=True)
    client = desk(plant)
    assert "VALVE" not in text(client.get(PAGE))
    chosen = text(client.get(f"{PAGE}?connection=PLC-2"))
    assert "VALVE yes or no – ! Never read yet" in chosen
    assert "HEAT" not in chosen
    shown = client.post(PAGE, WHY | {"connection": "PLC-2", "value-VALVE": "yes"})
    refused = go_on(client, shown)  # with the first connection's code
    assert "Somebody changed the tags" in text(refused)
    assert go_on(client, shown, connection="PLC-2").status_code == 302
    assert MachineCommand.objects.get().connection == other


def test_a_permission_is_not_offered_and_a_machine_without_anything_to_write_says_so(plant):
    connection = interlocked(plant, "10", recipe=True)
    page = text(desk(plant).get(PAGE))
    assert "Not by hand: ENABLE." in page
    assert "ENABLE yes or no" not in page
    assert "SPEED" in page
    assert "has the machine prepared again" in page
    with open_door(person=None):
        connection.tags.exclude(code="ENABLE").update(is_writable=False)
    assert "Nothing here is written by hand" in text(desk(plant).get(PAGE))
    assert desk(plant).get("/machines/NF/ST-40/write/").status_code == 404


def test_what_lies_where_a_permission_does_is_offered_at_its_station_at_another_and_at_its_connection_under_no_code(
    plant,
):
    connection = interlocked(plant, "10")
    with open_door(person=None):
        Tag.objects.filter(code="ENABLE").update(address="holding:5.0")
    for station, code in ((plant.stations["10"], "WORD"), (plant.stations["20"], "NEXT"), (None, "LOOSE")):
        tag_at(connection, station, code, "holding:5", is_writable=True)
        tag_at(connection, station, f"{code}-ELSE", f"holding:6.{len(code)}", value_type="BOOL", is_writable=True)
    client = desk(plant)
    offered = {PAGE: "WORD", "/machines/NF/ST-20/write/": "NEXT", "/connections/NF/PRESS/write/": "LOOSE"}
    for path, code in offered.items():
        fields = client.get(path).context["form"].fields
        assert (f"value-{code}" in fields, f"value-{code}-ELSE" in fields) == (False, True)
    assert "Not by hand: ENABLE, WORD." in text(client.get(PAGE))


def test_tags_without_a_station_are_written_from_their_connection_and_the_command_stands_and_is_taken_back_there(
    plant, tags
):
    pump, to = tags["FAN"].connection, "/connections/NF/PLC-1/"
    tag_at(pump, None, "VALVE", "coil:9", value_type="BOOL", is_writable=True)
    client = desk(plant)
    assert f"{to}write/" in client.get(to).content.decode()
    offered = client.get(f"{to}write/").context["rows"]
    assert [row.shown.tag.code for row in offered] == ["VALVE"]
    shown = client.post(f"{to}write/", WHY | {"value-VALVE": "yes"})
    assert "VALVE not known yes" in text(shown)
    given = {"carried": shown.context["carried"], "idempotency_key": str(uuid7())}
    for _again in range(2):
        assert client.post(f"{to}write/", given)["Location"] == f"{to}#commands"
    command = MachineCommand.objects.get()
    assert (command.station, command.lines) == (None, [{"tag": "VALVE", "value": True}])
    taken_back = reverse("machine_command_cancel", args=[command.pk])
    assert taken_back in client.get(f"{to}?part=connection").content.decode()
    assert client.post(taken_back, {"idempotency_key": str(uuid7())})["Location"] == f"{to}#commands"
    assert "Cancelled" in text(client.get(to))


def test_who_may_only_look_at_a_connection_sees_what_was_asked_and_no_way_to_write(plant, tags):
    tag_at(tags["FAN"].connection, None, "VALVE", "coil:9", value_type="BOOL", is_writable=True)
    looked = text(desk(plant, "ruth").get("/connections/NF/PLC-1/"))
    assert "Commands" in looked
    assert "Write values" not in looked
    assert desk(plant, "ruth").get("/connections/NF/PLC-1/write/").status_code == 403


def test_who_may_not_write_to_machines_sees_no_way_to_and_is_refused(plant, tags):
    assert "Write values" in text(desk(plant).get("/machines/NF/ST-10/"))
    assert "Write values" not in text(desk(plant, "amina").get("/machines/NF/ST-10/"))
    assert desk(plant, "amina").get(PAGE).status_code == 403
    assert check(desk(plant, "mei"), FAN="1").status_code == 403


def test_what_waits_is_taken_back_by_a_button_once(plant, tags):
    client = desk(plant)
    go_on(client, check(client, FAN="45"))
    command = MachineCommand.objects.get()
    to, key = reverse("machine_command_cancel", args=[command.pk]), {"idempotency_key": str(uuid7())}
    assert to in client.get("/machines/NF/ST-10/?part=acts").content.decode()
    assert to not in desk(plant, "amina").get("/machines/NF/ST-10/?part=acts").content.decode()
    assert desk(plant, "amina").post(to, key).status_code == 403
    for _again in range(2):
        assert client.post(to, key).status_code == 302
    command.refresh_from_db()
    assert command.status == "CANCELLED"
    assert to not in client.get("/machines/NF/ST-10/?part=acts").content.decode()
    late = client.post(to, {"idempotency_key": str(uuid7())})
    assert (late.status_code, "Cancelled" in text(late) or "cancelled" in text(late)) == (409, True)
    assert client.post(reverse("machine_command_cancel", args=[uuid7()]), key).status_code == 404
