"""Machines as they are watched: the list, the live page of one, and a connection with its tags."""

import ssl
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from django.urls import reverse
from django.utils import timezone

from equipment.drivers.opcua.certificates import KeyPair, make_certificate
from equipment.models import (
    Connection,
    ConnectionLease,
    EquipmentState,
    EventBooking,
    MachineEvent,
    QuarantinedRow,
    SecurityProfile,
    Series,
    StateCondition,
    StateTerm,
    Tag,
)
from mes.boards.templatetags.plant import moment
from mes.boards.views import tag_replays
from mes.kernel.door import open_door
from mes.kernel.keys import uuid7
from mes.kernel.personnel.models import Person
from tests.defects import release_defects
from tests.machines import a_day, a_machine, connection_at, did, showed, tag_at, watched

pytestmark = pytest.mark.django_db


@pytest.fixture
def tags(plant):
    return a_machine(plant.stations["20"])


def page(client, plant, who, name, *args, **query):
    client.force_login(plant.people[who])
    return client.get(reverse(name, args=args, query=query))


def send(client, plant, who, name, *args, **fields):
    client.force_login(plant.people[who])
    return client.post(reverse(name, args=args), {"idempotency_key": str(uuid7()), "reason": "CAPA-7"} | fields)


def test_the_list_shows_each_machine_with_its_state_its_hours_and_its_connection(client, plant, tags):
    a_day(tags)
    found = page(client, plant, "amina", "machines")
    shown = found.content.decode()
    assert "Down: Guard open" in shown
    assert 'class="running"' in shown
    assert 'fill="url(#hatch)"' in shown
    assert f'data-topics="{plant.site.pk}/connections {plant.site.pk}/states {plant.site.pk}/refused"' in shown
    (row,) = found.context["rows"]
    assert [spell.state for spell in row.spells] == ["", "RUNNING", "", "RUNNING", "DOWN"]
    assert [link.mark.word for link in row.links] == ["Good"]
    live = page(client, plant, "amina", "machines", part="machines").content.decode()
    assert "Guard open" in live
    assert "<main" not in live


def test_a_station_without_conditions_and_a_plant_without_machines_say_so(client, plant):
    assert "No machines" in page(client, plant, "amina", "machines").content.decode()
    tag_at(connection_at(plant.stations["20"]), plant.stations["20"], "P", "holding:0")
    assert "No condition tells its state." in page(client, plant, "amina", "machines").content.decode()
    assert page(client, plant, "amina", "machine", "NF", "ST-20").status_code == 200


def test_a_new_connection_is_found_from_the_machines_the_administration_and_by_its_name(client, plant):
    new = connection_at(plant.stations["20"], "PRESS")
    to = reverse("connection", args=["NF", "PRESS"])
    assert f'href="{to}"' in page(client, plant, "hiroshi", "machines").content.decode()
    assert f'href="{to}"' in page(client, plant, "hiroshi", "admin:equipment_connection_changelist").content.decode()
    form = page(client, plant, "hiroshi", "admin:equipment_connection_change", new.pk).content.decode()
    assert f'href="{to}"' in form
    assert page(client, plant, "hiroshi", "find", q="press").url == to
    master_data = page(client, plant, "hiroshi", "master_data").content.decode()
    assert f'href="{reverse("machines")}#connections"' in master_data


def test_who_may_not_look_at_a_connection_reads_its_name_and_finds_no_link_to_it(client, plant, tags):
    a_day(tags, timezone.now() - timedelta(minutes=20))  # nobody watches it: the machine's page says so on top
    to = f'href="{reverse("connection", args=["NF", "PLC-1"])}"'
    for name, args in (("machines", ()), ("machine", ("NF", "ST-20"))):
        shown = page(client, plant, "amina", name, *args).content.decode()
        assert "PLC-1" in shown
        assert to not in shown
        assert to in page(client, plant, "ines", name, *args).content.decode()
    assert page(client, plant, "amina", "connection", "NF", "PLC-1").status_code == 403
    assert not page(client, plant, "amina", "find", q="PLC-1").context["others"]


def test_the_machines_say_what_of_the_connections_somebody_should_look_at(client, plant, tags):
    a_day(tags)
    shown = page(client, plant, "hiroshi", "machines").content.decode()
    assert 'id="connection-warning"' not in shown
    lost = connection_at(plant.stations["20"], "OVEN")
    since = timezone.now() - timedelta(hours=2)
    ConnectionLease.objects.filter(connection=lost).update(
        state="LOST", state_since=since, expires_at=timezone.now() + timedelta(minutes=1), dropped=12
    )
    for _ in range(3):
        QuarantinedRow.objects.create(connection=lost, at=since, row={}, error="no")
    found = page(client, plant, "hiroshi", "machines")
    shown = " ".join(found.content.decode().split())
    assert f"1 connection tells nothing: OVEN, since {moment(since, plant.site)}." in shown
    assert "3 rows are in quarantine" in shown
    assert "12 samples were given up" in shown
    (oven, plc) = found.context["connections"].rows
    assert (oven.tags, oven.quarantined, oven.mark.word) == (0, 3, "Lost")
    assert (plc.tags, plc.quarantined, plc.mark.word) == (4, 0, "Good")
    connection_at(plant.stations["20"], "PAUSED", is_paused=True)
    ConnectionLease.objects.filter(connection__code="PAUSED").update(state="PAUSED")
    assert "1 connection tells nothing" in page(client, plant, "hiroshi", "machines").content.decode()
    assert 'id="connection-warning"' not in page(client, plant, "amina", "machines").content.decode()


def test_who_watched_and_is_gone_is_not_believed(client, plant, tags):
    a_day(tags, timezone.now() - timedelta(minutes=20))
    (row,) = page(client, plant, "amina", "machines").context["rows"]
    assert row.now.word == "Not known"
    assert [link.mark.word for link in row.links] == ["Waits for a collector"]


def test_the_live_page_shows_values_with_quality_and_what_came_of_events(client, plant, tags):
    a_day(tags)
    showed(tags["PRESSURE"], (timezone.now(), 41.5, 84))
    refused = did(tags["GOOD"], 2, timezone.now())
    with open_door(person=None):
        EventBooking.objects.create(
            site=plant.site, event=refused, result="REFUSED", sentence="No unit runs at ST-20.", at=timezone.now()
        )
    shown = page(client, plant, "amina", "machine", "NF", "ST-20").content.decode()
    assert "41.5" in shown
    assert "Out of the tag&#x27;s range" in shown
    assert "A-17" in shown
    assert "No unit runs at ST-20." in shown
    assert "Good parts are done" in shown
    assert '<path class="line"' in shown
    live = page(client, plant, "amina", "machine", "NF", "ST-20", part="trend", tag="GOOD", period="8h")
    assert "<main" not in live.content.decode()
    assert live.context["period"] == "8h"
    assert live.context["chosen"] == tags["GOOD"]


def test_each_part_of_the_live_page_is_fetched_by_itself(client, plant, tags):
    a_day(tags)
    told = {"state": "Down: Guard open", "values": "A-17", "trend": "As a table", "acts": "Good parts are done"}
    for part, words in told.items():
        shown = page(client, plant, "amina", "machine", "NF", "ST-20", part=part).content.decode()
        assert [word for word in told.values() if word in shown] == [words]
        assert "<main" not in shown


def test_a_trend_can_be_looked_at_around_a_time(client, plant, tags):
    a_day(tags)
    now = timezone.now()
    at = plant.site.local(now - timedelta(minutes=30))
    shown = page(client, plant, "amina", "machine", "NF", "ST-20", tag="PRESSURE", period="10m", at=at.isoformat())
    assert (shown.context["begin"], shown.context["end"]) == (at - timedelta(minutes=5), at + timedelta(minutes=5))
    assert (shown.context["earlier"], shown.context["later"]) == (shown.context["begin"], shown.context["end"])
    assert shown.context["drawing"].spot.x == 50
    assert sum(row.samples for row in shown.context["table"]) == 11
    for wrong in ("x", "9999-99-99", "0001-01-01", (now + timedelta(days=9)).isoformat()):
        shown = page(client, plant, "amina", "machine", "NF", "ST-20", period="10m", at=wrong)
        assert abs(shown.context["end"] - timezone.now()) < timedelta(minutes=1)
    naive = page(client, plant, "amina", "machine", "NF", "ST-20", period="10m", at=f"{at:%Y-%m-%dT%H:%M}")
    assert abs(naive.context["at"] - at) < timedelta(minutes=1)


def test_what_a_tag_showed_before_its_unit_changed_can_be_looked_at(client, plant, tags):
    now = timezone.now()
    then = now - timedelta(hours=3)
    Series.objects.filter(tag=tags["PRESSURE"]).update(began_at=now - timedelta(days=1))
    showed(tags["PRESSURE"], (then, 41.5, 192))
    tags["PRESSURE"].quantity_unit = "bar"
    with open_door(person=None):
        tags["PRESSURE"].save()
    changed = now - timedelta(hours=1)
    Series.objects.filter(tag=tags["PRESSURE"], quantity_unit="bar").update(began_at=changed)
    ask = {"tag": "PRESSURE", "period": "8h", "part": "trend"}
    new = page(client, plant, "amina", "machine", "NF", "ST-20", **ask)
    assert new.context["drawing"] is None
    shown = new.content.decode()
    assert ", bar</h2>" in shown
    assert f"Before {moment(changed, plant.site)}: kPa" in shown
    (before,) = new.context["others"]
    old = page(client, plant, "amina", "machine", "NF", "ST-20", **ask, at=before.at.isoformat())
    assert ", kPa</h2>" in old.content.decode()
    assert [row.mean for row in old.context["table"]] == ["41.5"]
    assert f"Since {moment(changed, plant.site)}: bar" in old.content.decode()
    assert page(client, plant, "amina", "machine", "NF", "ST-20", **ask | {"tag": "GOOD"}).context["others"] == []


def test_what_was_refused_stands_first_until_it_is_booked(client, plant, tags):
    first, second = (did(tags["GOOD"], number, timezone.now()) for number in (2, 3))
    for event, result in ((first, "REFUSED"), (first, "REFUSED"), (second, "REFUSED"), (second, "BOOKED")):
        with open_door(person=None):
            EventBooking.objects.create(
                site=plant.site, event=event, result=result, sentence="No job.", at=timezone.now()
            )
    found = page(client, plant, "ines", "machine", "NF", "ST-20", part="acts")
    assert found.context["refused"] == [first]
    assert found.content.decode().count("Book it again") == 1


def test_a_supervisor_books_again_what_was_refused(client, plant, tags):
    refused = did(tags["GOOD"], 2, timezone.now())
    with open_door(person=None):
        EventBooking.objects.create(
            site=plant.site, event=refused, result="REFUSED", sentence="No job.", at=timezone.now()
        )
    assert "Book it again" in page(client, plant, "ines", "machine", "NF", "ST-20").content.decode()
    assert "Book it again" not in page(client, plant, "amina", "machine", "NF", "ST-20").content.decode()
    answer = send(client, plant, "ines", "station:book_event_again", refused.pk)
    assert answer.status_code == 409, answer.content.decode()
    assert send(client, plant, "amina", "station:book_event_again", refused.pk).status_code == 403
    assert send(client, plant, "ines", "station:book_event_again", 0).status_code == 404


def test_a_trend_breaks_where_nobody_watched(client, plant, tags):
    a_day(tags)
    now = timezone.now()
    showed(tags["PRESSURE"], *((now - timedelta(minutes=n), n, 192) for n in (235, 200, 130, 85, 60.5)))
    found = page(client, plant, "amina", "machine", "NF", "ST-20", tag="PRESSURE", period="24h")
    drawing = found.context["drawing"]
    assert len(drawing.holes) == 2
    assert drawing.line.count("M") == 2
    assert sum(row.samples for row in found.context["table"]) == 55


def test_what_is_no_machine_of_yours_is_not_there(client, plant, tags):
    assert page(client, plant, "amina", "machine", "NF", "ST-30").status_code == 404
    assert page(client, plant, "amina", "machine", "XX", "ST-20").status_code == 404
    assert page(client, plant, "hiroshi", "connection", "NF", "PLC-9").status_code == 404


def test_a_connection_shows_how_it_stands_its_gaps_and_its_quarantine(client, plant, tags):
    a_day(tags)
    connection = tags["STATE"].connection
    QuarantinedRow.objects.create(
        connection=connection, at=timezone.now(), row={"series": 7, "value": "x"}, error="out of range"
    )
    found = page(client, plant, "ruth", "connection", "NF", "PLC-1")
    shown = found.content.decode()
    assert "The cable was pulled." in shown
    assert "out of range" in shown
    assert "holding:2" in shown
    assert [gap.reason for gap in found.context["gaps"]] == ["The cable was pulled.", ""]
    assert "Read it now" not in shown
    assert "Read it now" in page(client, plant, "hiroshi", "connection", "NF", "PLC-1").content.decode()


def test_a_machine_that_does_not_answer_is_named_when_a_tag_is_tested(client, plant, tags):
    answer = send(client, plant, "hiroshi", "connection_test", "NF", "PLC-1", tag="STATE")
    assert answer.status_code == 409
    assert "could not be asked" in answer.content.decode()
    assert send(client, plant, "hiroshi", "connection_test", "NF", "PLC-1", tag="NONE").status_code == 422
    assert send(client, plant, "ines", "connection_test", "NF", "PLC-1", tag="STATE").status_code == 403


def test_nodes_of_a_server_become_tags(client, plant):
    connection = connection_at(plant.stations["20"], "UA-1", kind="OPCUA", address="opc.tcp://127.0.0.1:1")
    node = "nsu=urn:press;s=Press.Temperature\nPress temperature\nFLOAT64"
    answer = send(client, plant, "hiroshi", "connection_nodes", "NF", "UA-1", node=[node, node], station="ST-20")
    assert answer.status_code == 302, answer.content.decode()
    made = Tag.objects.get(connection=connection)
    assert (made.code, made.name, made.value_type) == ("Press-temperature", "Press temperature", "FLOAT64")
    silent = page(client, plant, "hiroshi", "connection_browse", "NF", "UA-1")
    assert "could not be asked" in silent.content.decode()
    assert page(client, plant, "ruth", "connection_browse", "NF", "UA-1").status_code == 403


def replayed(client, plant, **query):
    return page(client, plant, "hiroshi", "connection_replay", "NF", "PLC-1", **query)


def entered(plant, moment):
    return f"{plant.site.local(moment):%Y-%m-%dT%H:%M:%S}"


def test_a_mapping_is_tried_on_what_is_on_record_and_stores_nothing(client, plant, tags):
    now = timezone.now().replace(microsecond=0)
    showed(tags["GOOD"], *((now - timedelta(minutes=9 - n), value, 192) for n, value in enumerate((7, 7, 9, 3))))
    connection = tags["STATE"].connection
    count = {"role": "EVENT", "books": "TEST_RESULT", "acknowledge_address": "holding:50"}
    cycle = tag_at(connection, plant.stations["20"], "CYCLE", "holding:40", **count)
    serial = tag_at(connection, None, "SN", "holding:41", value_type="TEXT", length=8, event=cycle, field="serial")
    showed(cycle, (now - timedelta(minutes=5), 0, 192), (now - timedelta(minutes=4), 6, 192))
    showed(serial, (now - timedelta(minutes=4, seconds=1), "U-1", 192))
    assert "GOOD" in replayed(client, plant).content.decode()
    time = {"since": entered(plant, now - timedelta(hours=23)), "until": entered(plant, now)}
    found = replayed(client, plant, tag="GOOD", **time)
    assert [(row.event.quantity, row.content) for row in found.context["rows"]] == [(2, "raw 9"), (3, "raw 3")]
    assert "2 events · 5 pieces · Good parts are done" in " ".join(found.content.decode().split())
    found = replayed(client, plant, tag="CYCLE", **time)
    assert [row.content for row in found.context["rows"]] == ["serial U-1, shown 6"]
    assert "A test has its result" in found.content.decode()
    short = replayed(
        client, plant, tag="GOOD", since=entered(plant, now - timedelta(minutes=7, seconds=30)), until=time["until"]
    )
    assert [row.event.quantity for row in short.context["rows"]] == [3], "it begins with the first sample"
    assert not MachineEvent.objects.exists()


def test_a_mapping_that_is_tried_shows_the_defect_that_scrap_would_name(client, plant, tags):
    release_defects(plant)
    now = timezone.now().replace(microsecond=0)
    books = {"role": "EVENT", "books": "PART_SCRAPPED", "acknowledge_address": "holding:50", "scrap_reason": "DIM-OD"}
    scrap = tag_at(tags["STATE"].connection, plant.stations["20"], "SCRAP", "holding:40", **books)
    codes = {"event": scrap, "field": "defect", "defect_codes": "1=M-LEAK"}
    found = tag_at(scrap.connection, None, "FOUND", "holding:41", **codes)
    for minutes, number, said in ((5, 1, 1), (4, 2, 7)):
        showed(found, (now - timedelta(minutes=minutes, seconds=1), said, 192))
        showed(scrap, (now - timedelta(minutes=minutes), number, 192))
    time = {"since": entered(plant, now - timedelta(hours=1)), "until": entered(plant, now)}
    shown = replayed(client, plant, tag="SCRAP", **time)
    assert [row.defect for row in shown.context["rows"]] == [
        "M-LEAK Leak",
        "FOUND said 7, and no defect is known for that.",
    ]
    page = " ".join(shown.content.decode().split())
    assert "Parts are scrap · DIM-OD" in page
    assert "<td>M-LEAK Leak</td>" in page
    counted = {"since": time["since"], "until": time["until"], "tag": "GOOD"}
    assert ">Defect</th>" not in replayed(client, plant, **counted).content.decode()


def test_states_are_tried_as_far_as_somebody_watched(client, plant, tags):
    now = timezone.now().replace(microsecond=0)
    connection = tags["STATE"].connection
    StateTerm.objects.all().delete()
    with open_door(person=None):
        StateCondition.objects.filter(connection=connection).delete()
        made = StateCondition.objects.create(
            site=plant.site, station=plant.stations["20"], connection=connection, rank=1, state="DOWN", detail="Hot"
        )
        for code, comparison, value in (("STATE", "EQ", 1), ("PRESSURE", "GT", 40)):
            StateTerm.objects.create(
                site=plant.site, condition=made, tag=tags[code], comparison=comparison, value=value
            )
        StateCondition.objects.create(
            site=plant.site, station=plant.stations["20"], connection=connection, rank=2, state="RUNNING"
        )

    def ago(minutes):
        return now - timedelta(minutes=minutes)

    watched(connection, ago(50), ago(20), "The cable was pulled.")
    showed(tags["STATE"], (ago(50), 0, 192), (ago(40), 1, 192), (ago(10), 0, 192))
    showed(tags["PRESSURE"], (ago(50), 20, 192), (ago(40), 50, 192), (ago(30), 50, 24), (ago(25), 10, 192))
    found = replayed(client, plant, tag="state:ST-20", since=entered(plant, ago(60)), until=entered(plant, ago(0)))
    course = [(word, round(spell.length.total_seconds() / 60)) for spell, word in found.context["states"]]
    assert course == [
        ("Not known", 10),
        ("Running", 10),
        ("Down: Hot", 10),
        ("Not known", 5),
        ("Running", 5),
        ("Not known", 20),
    ]
    assert "State of ST-20" in found.content.decode()
    assert not EquipmentState.objects.exists()


@pytest.mark.parametrize(
    ("hours", "length", "said"),
    [(30, 30, "At most a day"), (1, -1, "It ends before it begins."), (1, 0, "It ends before")],
)
def test_a_time_that_is_none_or_too_long_is_not_looked_at(client, plant, tags, hours, length, said):
    begin = timezone.now() - timedelta(hours=hours)
    query = {"tag": "GOOD", "since": entered(plant, begin), "until": entered(plant, begin + timedelta(hours=length))}
    found = replayed(client, plant, **query)
    assert (found.status_code, "rows" in found.context) == (422, False)
    assert said in found.content.decode()
    assert replayed(client, plant, **query | {"tag": "STATE"}).status_code == 422, "a value makes no events"


def test_more_samples_than_a_page_looks_at_are_refused(client, plant, tags, monkeypatch):
    monkeypatch.setattr(tag_replays, "MOST_SAMPLES", 3)
    now = timezone.now()
    showed(tags["GOOD"], *((now - timedelta(minutes=n), n, 192) for n in (9, 8, 7, 6)))
    time = {"since": entered(plant, now - timedelta(hours=1)), "until": entered(plant, now)}
    found = replayed(client, plant, tag="GOOD", **time)
    assert found.status_code == 422
    assert "GOOD has more than 3 samples in this time." in found.content.decode()


def test_who_may_not_connect_machines_tries_no_mapping(client, plant, tags):
    assert page(client, plant, "ruth", "connection_replay", "NF", "PLC-1").status_code == 403
    assert "Try a mapping" not in page(client, plant, "ruth", "connection", "NF", "PLC-1").content.decode()
    assert replayed(client, plant).status_code == 200
    assert page(client, plant, "hiroshi", "connection_replay", "NF", "PLC-9").status_code == 404


def secured(plant, **days) -> Connection:
    """A connection whose profile has our certificate and a trusted one, valid for so many days from yesterday on."""
    yesterday = timezone.now() - timedelta(days=1)
    own, trusted = (
        ssl.DER_cert_to_PEM_cert(
            make_certificate(name=name, application_uri=f"urn:{name}", valid_from=yesterday, days=valid).certificate
        )
        for name, valid in days.items()
    )
    with open_door(person=None):
        profile = SecurityProfile.objects.create(
            site=plant.site, code="S", name="Servers", certificate=own, trusted=trusted
        )
        connection = connection_at(plant.stations["20"], "UA-1", kind="OPCUA", address="opc.tcp://127.0.0.1:1")
        connection.security = profile
        connection.save()
    return connection


def test_certificates_that_expire_soon_are_told_before_they_do(client, plant):
    secured(plant, ours=29, theirs=400)
    found = page(client, plant, "ruth", "connection", "NF", "UA-1")
    do = "Make a new one for the security profile, and have the servers trust it."
    assert found.context["warnings"] == [f"The certificate ours expires in 27 days. {do}"]
    assert [(one.is_ours, one.name) for one in found.context["certificates"]] == [(True, "ours"), (False, "theirs")]
    assert found.context["certificates"][1].fingerprint in found.content.decode()


def test_what_is_expired_or_no_certificate_is_told(client, plant):
    connection = secured(plant, ours=400, theirs=0.5)
    (said,) = page(client, plant, "ruth", "connection", "NF", "UA-1").context["warnings"]
    assert said.startswith("The certificate theirs is expired.")
    with open_door(person=None):
        connection.security.trusted = "MIIB"
        connection.security.save()
    (said,) = page(client, plant, "ruth", "connection", "NF", "UA-1").context["warnings"]
    assert "can't be read" in said


def test_a_revocation_list_is_shown_and_told_of_when_it_is_old(client, plant):
    connection = secured(plant, ours=400, theirs=400)
    authority = make_certificate(name="Plant CA", application_uri="urn:ca", is_authority=True)
    for days, told in ((-1, True), (2, False)):
        with open_door(person=None):
            connection.security.trusted = revocations(authority, until=timezone.now() + timedelta(days=days))
            connection.security.save()
        found = page(client, plant, "ruth", "connection", "NF", "UA-1")
        assert "revocation list" in found.content.decode()
        _ours, theirs = found.context["certificates"]
        assert (theirs.is_list, theirs.name) == (True, "Plant CA")
        assert any("The revocation list of Plant CA is old" in said for said in found.context["warnings"]) == told


def revocations(authority: KeyPair, until: datetime) -> str:
    issuer = x509.load_der_x509_certificate(authority.certificate).subject
    builder = x509.CertificateRevocationListBuilder().issuer_name(issuer).next_update(until)
    signed = builder.last_update(until - timedelta(days=7)).sign(
        load_pem_private_key(authority.private_key, None), SHA256()
    )
    return signed.public_bytes(Encoding.PEM).decode()


def disabled(plant, connection, name="erp"):
    with open_door(person=None):
        connection.account = plant.people[name]
        connection.save()
        Person.objects.filter(pk=plant.people[name].pk).update(is_active=False)


def test_an_account_that_may_not_book_is_said_before_each_event_is_refused(client, plant, tags):
    connection = tags["GOOD"].connection
    with open_door(person=None):
        Tag.objects.filter(pk=tags["GOOD"].pk).update(books="PART_DONE")
        connection.account = None
        connection.save()
    assert "Nobody is named who books it." in page(client, plant, "ines", "machines").content.decode()
    with open_door(person=None):
        connection.account = plant.people["erp"]
        connection.save()
    assert "May not book" not in page(client, plant, "ines", "machines").content.decode()
    disabled(plant, connection)
    said = "Its account may not book here: ERP is disabled."
    shown = page(client, plant, "hiroshi", "connection", "NF", "PLC-1").content.decode()
    assert said.replace("ERP", str(plant.people["erp"])) in shown
    assert "May not book" in page(client, plant, "hiroshi", "machines").content.decode()
    with open_door(person=None):
        Person.objects.filter(pk=plant.people["erp"].pk).update(is_active=True)
        plant.people["erp"].site_access.all().delete()
    assert f"does not see {plant.site}" in page(client, plant, "hiroshi", "connection", "NF", "PLC-1").content.decode()


def test_a_connection_that_books_nothing_needs_no_account(client, plant, tags):
    Tag.objects.update(books="NOTHING")
    assert "who books it" not in page(client, plant, "hiroshi", "connection", "NF", "PLC-1").content.decode()
