"""A mapping tried on samples that are on record."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection as database
from django.utils import timezone

from equipment.models import MachineEvent, Observation, StateCondition, StateTerm
from equipment.status import Books
from tests.defects import release_defects
from tests.machine_floor import counter, field_of, handshake, press, value, watched

pytestmark = pytest.mark.django_db


def record(tag, *values, quality=192, until=None):
    """A sample a second of the tag's present series, the last one a second ago. None: one that is bad."""
    series, now = tag.series.latest("version").pk, until or timezone.now().replace(microsecond=0)
    with database.cursor() as cursor:
        for place, value in enumerate(values):
            at = now - timedelta(seconds=len(values) - place)
            cursor.execute(
                "INSERT INTO equipment_sample (series_id, at, value, text, quality) VALUES (%s, %s, %s, %s, %s)",
                [
                    series,
                    at,
                    None if isinstance(value, str) else value,
                    value if isinstance(value, str) else None,
                    24 if value is None else quality,
                ],
            )


def replayed(*arguments, **options):
    out = StringIO()
    call_command("replay_tag", *arguments, stdout=out, **options)
    return [line.partition("Z ")[2] or line for line in out.getvalue().splitlines()]


def test_a_counter_says_what_it_would_book(plant):
    tag = counter(press(plant), plant.stations["10"], rollover=65536)
    record(tag, 65530, 65533, 65533, 2)
    assert replayed("PRESS", tag.code) == [
        "PART_DONE 3 raw=65533",
        "PART_DONE 5 raw=2",
        "2 events; nothing was stored.",
    ]
    assert not MachineEvent.objects.exists()


def test_a_counter_says_what_it_would_leave_to_a_person(plant):
    tag = counter(press(plant), plant.stations["10"])
    record(tag, 5_000, 4_999, 5_001)
    assert replayed("PRESS", tag.code) == [
        "PART_DONE 4999 before=5000 doubt=STEP raw=4999",
        "PART_DONE 2 raw=5001",
        "2 events; nothing was stored.",
    ]


def test_a_handshake_says_what_came_with_it(plant):
    tag = handshake(press(plant), plant.stations["10"], Books.PART_DONE)
    serial = field_of(tag, "serial", "SERIAL", value_type="TEXT", length=20)
    until = timezone.now()
    record(tag, 0, 1, 1, 2, until=until)
    record(serial, "", "U-1", "U-1", "U-2", until=until)
    assert replayed("PRESS", tag.code)[:2] == ["PART_DONE 1 serial=U-1 shown=1", "PART_DONE 1 serial=U-2 shown=2"]


def test_a_handshake_that_begins_anew_shows_its_number_again(plant):
    tag = handshake(press(plant), plant.stations["10"], Books.PART_DONE)
    record(tag, 5, 0, 5)
    assert replayed("PRESS", tag.code) == [
        "PART_DONE 1 shown=5",
        "PART_DONE 1 shown=5",
        "2 events; nothing was stored.",
    ]


def test_half_an_event_is_none_until_it_is_whole(plant):
    tag = handshake(press(plant), plant.stations["10"], Books.PART_DONE)
    serial = field_of(tag, "serial", "SERIAL", value_type="TEXT", length=20)
    result = field_of(tag, "result", "RESULT")
    until = timezone.now()
    record(tag, 1, 1, 1, 2, until=until)
    record(serial, None, None, "U-1", "U-2", until=until)
    record(result, 1, 1, 0, 1, until=until)
    assert replayed("PRESS", tag.code)[:-1] == [
        "PART_DONE 1 result=0 serial=U-1 shown=1",
        "PART_DONE 1 result=1 serial=U-2 shown=2",
    ]


def test_what_is_not_good_is_said_and_a_quantity_that_is_none_counts_nothing(plant):
    tag = handshake(press(plant), plant.stations["10"], Books.PART_DONE)
    quantity, result = field_of(tag, "quantity", "QUANTITY"), field_of(tag, "result", "RESULT")
    until = timezone.now()
    record(tag, 1, 2, until=until)
    record(quantity, -3, 4, until=until)
    record(result, 1, 1, quality=68, until=until)
    assert replayed("PRESS", tag.code)[:-1] == [
        "PART_DONE 0 qualities={'result': 68} quantity=-3 result=1 shown=1",
        "PART_DONE 4 qualities={'result': 68} quantity=4 result=1 shown=2",
    ]


def test_samples_of_another_type_are_of_another_count(plant):
    tag = counter(press(plant), plant.stations["10"])
    record(tag, 10, 12, until=timezone.now() - timedelta(minutes=1))
    with plant.door("hiroshi"):
        tag.value_type = "UINT32"
        tag.save()
    record(tag, 786_444, 786_445)
    assert replayed("PRESS", tag.code) == ["PART_DONE 1 raw=786445", "1 events; nothing was stored."]


def test_a_counter_that_books_nothing_yet_is_tried_as_if_it_did(plant):
    tag = counter(press(plant), None, Books.NOTHING)
    record(tag, 10, 12)
    assert replayed("PRESS", tag.code)[0] == "NOTHING 2 raw=12"


def test_only_the_time_that_is_asked_for_is_looked_at(plant):
    tag = counter(press(plant), plant.stations["10"])
    record(tag, 1, 2, 3)
    assert replayed("PRESS", tag.code, until="2020-01-01")[-1] == "0 events; nothing was stored."


def test_states_are_tried_as_far_as_somebody_watched(plant):
    connection, station = press(plant), plant.stations["10"]
    load = value(connection, station, "LOAD")
    until = timezone.now().replace(microsecond=0)
    for rank, state, comparison, limit in ((1, "DOWN", "GT", 90), (2, "RUNNING", "GT", 0)):
        condition = StateCondition.objects.create(
            site=station.site, station=station, connection=connection, rank=rank, state=state, detail=f"{rank}"
        )
        StateTerm.objects.create(site=station.site, condition=condition, tag=load, comparison=comparison, value=limit)
    record(load, 5, 95, 95, 5, 0, until=until)
    watched(connection, until)
    Observation.objects.update(began_at=until - timedelta(seconds=6))
    since = until - timedelta(seconds=7)
    assert replayed("PRESS", states="ST-10", since=since.isoformat(), until=until.isoformat()) == [
        "2 s not known",
        "1 s RUNNING 2",
        "2 s DOWN 1",
        "1 s RUNNING 2",
        "1 s not known",
        "5 spells; nothing was stored.",
    ]


def test_what_there_is_not_is_named(plant):
    connection = press(plant)
    with pytest.raises(CommandError, match="There is no tag NONE of a connection PRESS"):
        replayed("PRESS", "NONE")
    with pytest.raises(CommandError, match="There is no station ST-10 whose state PRESS tells"):
        replayed("PRESS", states="ST-10")
    tag = value(connection, plant.stations["10"], "LOAD")
    with pytest.raises(CommandError, match="LOAD makes no events"):
        replayed("PRESS", tag.code)
    with pytest.raises(CommandError, match="Name a tag, or a station with --states"):
        replayed("PRESS")


def test_scrap_says_which_defect_it_would_name_and_what_would_be_refused(plant):
    release_defects(plant)
    tag = handshake(press(plant), plant.stations["10"], Books.PART_SCRAPPED)
    found = field_of(tag, "defect", "FOUND", scale=2, defect_codes="2=M-NOISE, 4=M-GONE")
    until = timezone.now()
    record(tag, 1, 2, 3, 4, until=until)
    record(found, 2, 4, 6, 0, until=until)  # on record as they are meant
    assert replayed("PRESS", tag.code)[:-1] == [
        "PART_SCRAPPED 1 defect=2 shown=1, M-NOISE Noise",
        "PART_SCRAPPED 1 defect=4 shown=2, M-GONE is none of the defects that are released here.",
        "PART_SCRAPPED 1 defect=6 shown=3, FOUND said 6, and no defect is known for that.",
        "PART_SCRAPPED 1 defect=0 shown=4",
    ]


def test_a_result_says_which_defect_it_would_name_where_it_failed(plant):
    release_defects(plant)
    tag = handshake(press(plant), plant.stations["10"], Books.TEST_RESULT)
    with plant.door("hiroshi"):
        tag.defect = "M-LEAK"
        tag.save()
    result = field_of(tag, "result", "RESULT")
    until = timezone.now()
    record(tag, 1, 2, until=until)
    record(result, 1, 0, until=until)
    assert replayed("PRESS", tag.code)[:-1] == [
        "TEST_RESULT 1 result=1 shown=1",
        "TEST_RESULT 1 result=0 shown=2, M-LEAK Leak",
    ]
