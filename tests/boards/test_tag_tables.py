"""Tags of a connection as a CSV file: out, previewed, in; every field of them, and every mistake by row and column."""

import csv
import io
from contextlib import suppress

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from equipment.actions.tag_tables import COLUMNS, Rehearsed, take_table
from equipment.models import Series, Tag
from mes.boards.views import tag_tables
from mes.kernel import csv_import
from mes.kernel.keys import uuid7
from mes.plantfiles.kinds import BY_MODEL
from tests.machines import a_machine, connection_at, tag_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def tags(plant):
    return a_machine(plant.stations["20"])


@pytest.fixture
def ask(client, plant):
    """`ask(file, carried=…)` -> the answer of the page of PLC-1 to an engineer, or to whom is named."""

    def asked(content=None, *, who="hiroshi", code="PLC-1", **fields):
        client.force_login(plant.people[who])
        if content is not None:
            fields["file"] = SimpleUploadedFile("tags.csv", content)
        to = reverse("connection_tags", args=["NF", code])
        return client.post(to, {"idempotency_key": str(uuid7()), "reason": "CAPA-7"} | fields)

    return asked


@pytest.fixture
def take(ask):
    """Preview a table and take it as it was shown."""

    def taken(content, **more):
        shown = ask(content, **more)
        assert shown.status_code == 200, shown.content.decode()
        return ask(carried=shown.context["carried"], **more)

    return taken


def download(client, plant, code="PLC-1"):
    client.force_login(plant.people["ruth"])
    return client.get(reverse("connection_tags_download", args=["NF", code]))


def mistakes(answer):
    assert answer.status_code == 422
    return [(error.row, error.column, error.what) for error in answer.context["errors"]]


def test_a_table_has_every_field_that_plant_files_have():
    assert set(COLUMNS.names) == set(BY_MODEL[Tag].said)


def test_tags_go_out_as_csv_and_come_back_the_same(client, plant, tags, ask):
    out = download(client, plant)
    assert out["Content-Disposition"] == 'attachment; filename="NF-PLC-1-tags.csv"'
    found = ask(out.content)
    assert (found.context["found"].same, found.context["found"].lines) == (4, [])
    assert "Nothing to take: the tags are as in the table" in found.content.decode()


def test_every_field_goes_from_one_connection_to_another(client, plant, take):
    one = connection_at(plant.stations["20"], "PLC-1")
    event = {"role": "EVENT", "books": "TEST_RESULT", "acknowledge_address": "holding:90"}
    cycle = tag_at(one, plant.stations["20"], "cycle", "holding:80", **event)
    found = {"event": cycle, "field": "defect", "defect_codes": "1=M-LEAK, 2=M-NOISE"}
    tag_at(one, None, "found", "holding:84", **found)
    of_cycle = {"event": cycle, "field": "step:FORCE.2", "quantity_unit": "kN", "name": "Force, “peak”; \\ 100 %"}
    numbers = {"scale": 0.1, "offset": -273.15, "low": 1e-7, "high": 1e300, "deadband": 0.30000000000000004}
    more = {"report": "DEADBAND", "max_silence_s": 0, "byte_order": "DCBA", "is_active": False}
    tag_at(one, None, "a-force", "holding:82", value_type="FLOAT32", **of_cycle, **numbers, **more)
    counts = {
        "role": "COUNTER",
        "books": "PART_SCRAPPED",
        "scrap_reason": "DIM-OD",
        "defect": "M-WEAR",
        "rollover": 65536,
        "reset_below": 9,
        "most_per_minute": 90,
    }
    tag_at(one, plant.stations["20"], "scrap", "holding:70", value_type="UINT32", **counts)
    tag_at(one, None, "name", "holding:60", value_type="TEXT", length=12)
    tag_at(one, None, "set", "holding:50", is_writable=True, write_low=0.0, write_high=99.5, needs_signature=True)
    out = download(client, plant).content
    Tag.objects.filter(connection=one, station__isnull=False).update(station=plant.stations["10"])
    other = connection_at(plant.stations["20"], "PLC-2", address="127.0.0.1:2")
    assert take(out, code="PLC-2").status_code == 302
    assert download(client, plant, "PLC-2").content == out
    assert other.tags.get(code="a-force").event == other.tags.get(code="cycle")
    rows = list(csv.DictReader(io.StringIO(out.decode())))
    assert [name for name in COLUMNS.names if not any(row[name] for row in rows)] == []


def test_nothing_is_changed_before_it_was_shown(plant, tags, ask):
    rows = b"code,address,value_type,quantity_unit\nPRESSURE,holding:4,FLOAT32,bar\nNEW,holding:40,INT16,\n"
    shown = ask(rows)
    lines = {line.code: line for line in shown.context["lines"]}
    changes = [(cell.column, cell.before, cell.after) for cell in lines["PRESSURE"].cells]
    assert changes == [("address", "holding:2", "holding:4"), ("quantity_unit", "kPa", "bar")]
    assert lines["NEW"].is_new
    assert "begins a new series of samples" in shown.content.decode()
    assert not Tag.objects.filter(code="NEW").exists()
    assert Series.objects.filter(tag=tags["PRESSURE"]).count() == 1
    assert ask(carried=shown.context["carried"]).status_code == 302
    assert Tag.objects.get(code="NEW").history.get().history_change_reason == "CAPA-7"
    assert Series.objects.filter(tag=tags["PRESSURE"]).count() == 2


def test_an_empty_cell_changes_nothing(plant, tags, take):
    take(b"code,address,value_type,quantity_unit,name\nPRESSURE,holding:4,FLOAT32,,Oil pressure\n")
    tag = Tag.objects.get(code="PRESSURE")
    assert (tag.address, tag.name, tag.quantity_unit) == ("holding:4", "Oil pressure", "kPa")


def test_a_table_makes_and_changes_tags_all_or_none(client, plant, tags, ask, take):
    answer = take(
        b"code;address;value_type;station;scale\nTEMP;input:4;INT16;ST-20;0,1\nSTATE;holding:1;UINT16;ST-20;\n"
    )
    assert "1 tags are made, 1 changed, 0 were so already." in client.get(answer["Location"]).content.decode()
    made = Tag.objects.get(code="TEMP")
    assert (made.scale, made.station) == (0.1, plant.stations["20"])
    assert Tag.objects.get(code="STATE").address == "holding:1"
    found = ask(b"code,address,value_type,station\nA,holding:20,INT16,\nB,40101,INT16,\nC,holding:3,INT99,ST-77\n")
    assert [mistake[:2] for mistake in mistakes(found)] == [(3, "address"), (4, "station")]
    assert "There is no ST-77." in found.content.decode()
    assert not Tag.objects.filter(code="A").exists()


def test_a_mistake_in_an_event_is_not_one_of_what_belongs_to_it(plant, tags, ask):
    rows = b"code,address,value_type,role,station,acknowledge_address,event,field\n"
    rows += b"force,holding:42,FLOAT32,VALUE,,,part,step:F\npart,40,UINT16,EVENT,ST-20,holding:41,,\n"
    rows += b"odd,holding:46,FLOAT32,VALUE,,,GOOD,step:F\nnone,holding:48,FLOAT32,VALUE,,,gone,step:F\n"
    found = mistakes(ask(rows))
    assert [mistake[:2] for mistake in found] == [(3, "address"), (4, "event"), (5, "event")]
    assert found[1][2] == "GOOD is no event."


def test_a_tag_that_is_there_twice_is_named(plant, tags, ask):
    found = mistakes(ask(b"code,address,value_type\nA,holding:20,INT16\nA,holding:21,INT16\n"))
    assert found == [(3, "code", "A is there twice: in row 2 already.")]


@pytest.mark.parametrize("text", ["nan", "inf", "1e999"])
def test_a_number_in_a_table_is_one(plant, tags, ask, text):
    found = mistakes(ask(f"code,address,value_type,scale\nODD,holding:77,INT16,{text}\n".encode()))
    assert [mistake[:2] for mistake in found] == [(2, "scale")]


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"", "The file is empty."), (b"code,address\nA,holding:1\n", "The column is missing."), (b"\xff\xfe\x00", "")],
)
def test_what_is_no_table_is_answered_on_its_page(plant, tags, ask, content, what):
    answer = ask(content or b" ")
    assert answer.status_code == 422
    assert what in answer.content.decode()
    assert "Choose the corrected file" in answer.content.decode()


def test_a_table_comes_back_to_the_connection_that_it_was_shown_for(plant, tags, ask):
    connection_at(plant.stations["20"], "PLC-2", address="127.0.0.1:2")
    carried = ask(b"code,address,value_type\nNEW,holding:40,INT16\n").context["carried"]
    assert ask(carried=carried, code="PLC-2").status_code == 422
    assert ask(carried=carried + "x").status_code == 422
    assert ask(carried=carried, reason="").status_code == 422
    assert not Tag.objects.filter(code="NEW").exists()


def test_what_changed_meanwhile_is_judged_again(plant, tags, ask):
    shown = ask(b"code,address,value_type,station\nNEW,holding:40,INT16,ST-20\n")
    other = connection_at(plant.stations["20"], "PLC-2", address="127.0.0.1:2")
    tag_at(other, plant.stations["20"], "NEW", "holding:1")
    again = ask(carried=shown.context["carried"])
    assert [mistake[2] for mistake in mistakes(again)] == ["The station has a tag of this code already."]


def test_a_file_that_a_page_can_not_carry_is_refused(plant, tags, ask, monkeypatch):
    monkeypatch.setattr(tag_tables, "LARGEST_FORM", 10)
    assert "The file is too large." in ask(b"code,address,value_type\nNEW,holding:40,INT16\n").content.decode()
    assert "No file came." in ask().content.decode()


def test_who_may_not_connect_machines_takes_no_table(plant, tags, ask):
    assert ask(b"code,address,value_type\nNEW,holding:40,INT16\n", who="ruth").status_code == 403


def test_a_table_costs_the_same_for_any_number_of_tags(plant, tags):
    connection = connection_at(plant.stations["30"], "PLC-9")

    def table(count: int, unit: str):
        rows = "".join(f"t{n},holding:{n},UINT16,{plant.stations['30'].code},{unit}\n" for n in range(count))
        return csv_import.read(f"code,address,value_type,station,quantity_unit\n{rows}".encode(), COLUMNS)

    def take(count: int, unit: str, *, is_rehearsal=False):
        with plant.door("hiroshi") as passage, CaptureQueriesContext(database) as asked:
            given = {"connection": connection, "by": passage.person, "at": passage.at}
            with suppress(Rehearsed):
                take_table(table=table(count, unit), is_rehearsal=is_rehearsal, **given)
        return [one["sql"].split()[0] for one in asked]

    take(1, "mm", is_rehearsal=True)  # once for what is asked once
    few, many = take(3, "mm", is_rehearsal=True), take(200, "mm", is_rehearsal=True)
    assert len(few) == len(many) <= 6
    assert set(many) == {"SELECT"}, "nothing is written"
    assert not connection.tags.exists()
    assert len(take(3, "mm")) == len(take(200, "mm")) <= 14  # of those 200 three are there
    assert len(take(3, "cm")) == len(take(200, "cm")) <= 14
    assert {tag.quantity_unit for tag in connection.tags.all()} == {"cm"}
    assert {tag.history.count() for tag in connection.tags.all()} == {2}


def test_tags_are_judged_together_when_all_rows_are_taken(plant, tags, ask, take):
    """Two counters change their places in one table: neither is in the other's way. Two of one register are refused."""
    tag_at(tags["GOOD"].connection, plant.stations["20"], "SCRAP", "holding:9", role="COUNTER", books="PART_SCRAPPED")
    both = b"code,address,value_type\r\nGOOD,holding:9,UINT16\r\nSCRAP,holding:8,UINT16\r\n"
    assert take(both).status_code == 302
    found = mistakes(ask(b"code,address,value_type\r\nGOOD,holding:8,UINT16\r\n"))
    assert len(found) == 1
    assert "GOOD counts by the same register as SCRAP" in found[0][2]


def test_no_cell_of_the_download_is_a_formula_and_each_comes_back_as_it_was(client, plant, tags, ask):
    names = {"STATE": "=HYPERLINK(A1)", "PRESSURE": "'=1", "RECIPE": "@recipe", "GOOD": "-good"}
    for code, name in names.items():
        Tag.objects.filter(code=code).update(name=name, low=-5.5 if code == "PRESSURE" else None)
    tag_at(tags["GOOD"].connection, None, "-1-low", "holding:60")
    out = download(client, plant)
    rows = {row["code"]: row for row in csv.DictReader(io.StringIO(out.content.decode()))}
    assert {code: rows[code]["name"] for code in names} == {code: f"'{name}" for code, name in names.items()}
    assert "'-1-low" in rows
    assert rows["PRESSURE"]["low"] == "-5.5"
    found = ask(out.content)
    assert (found.context["found"].same, found.context["found"].lines) == (5, [])


def test_a_table_takes_no_tag_out_of_use_that_tells_a_state(tags, ask):
    found = mistakes(ask(b"code,address,value_type,is_active\r\nSTATE,holding:0,UINT16,no\r\n"))
    assert len(found) == 1
    assert "STATE tells the state of ST-20" in found[0][2]
    found = mistakes(ask(b"code,address,value_type,station\r\nSTATE,holding:0,UINT16,ST-10\r\n"))
    assert "can't move away from there" in found[0][2]


def test_a_table_refuses_bounds_that_are_the_wrong_way_round(ask, tags):
    found = mistakes(ask(b"code,address,value_type,write_low,write_high\r\nPRESSURE,holding:2,FLOAT32,9,1\r\n"))
    assert "The lower bound of what may be written is above the upper one." in found[0][2]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("UINT16,COUNTER,4294967296,0", "It can't roll over beyond its type"),
        ("INT32,COUNTER,4294967297,0", "It can't roll over beyond its type"),
        ("UINT16,COUNTER,65536,65536", "The reset limit has to be below"),
    ],
)
def test_a_counter_rolls_over_where_its_type_does_and_is_reset_below_that(plant, tags, ask, row, what):
    answer = ask(f"code,address,value_type,role,rollover,reset_below\nNEW,holding:90,{row}\n".encode())
    ((_row, _column, said),) = mistakes(answer)
    assert what in said
