"""`manage.py check_samples`: what an auditor asks, and that it finds what is wrong."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database
from django.utils import timezone

from equipment.models import Connection, Observation, Series, Tag
from equipment.sample_audit import changes_of, slots_of
from tests.equipment.collection.floor import Floor, ledger, made, put, samples_of, tag_of, until
from tests.machine_floor import press, value
from tests.plant import Plant


@pytest.fixture
def recorded(floor: Floor, connection: Connection, speed: Tag, good: Tag, machine) -> Tag:
    """Some thirty slots and two events, written by a collector."""
    floor.collector()
    until(lambda: samples_of(good), "a first value")
    for parts in (1, 2):
        put(machine, good, parts)
        until(lambda parts=parts: made(good) == parts, "a part")
    until(lambda: len(samples_of(speed)) > 30, "samples")
    floor.stop_all()
    ledger(connection)
    # What was left out on a busy computer is known to the slot: each that goes now is one too many.
    Observation.objects.update(missed_slots=0)
    now = timezone.now()
    (account,) = slots_of(connection.pk, now - timedelta(hours=1), now)
    Observation.objects.update(missed_slots=account.missing)
    return speed


@pytest.fixture
def tampering(owner_connection: psycopg.Connection) -> psycopg.Connection:
    """The owner of the tables, who has taken away what keeps samples as they are."""
    for (table,) in owner_connection.execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'equipment_sample'::regclass"
    ).fetchall():
        owner_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return owner_connection


def check(**given: object) -> str:
    out = StringIO()
    call_command("check_samples", stdout=out, **given)
    return out.getvalue()


def a_slot(tag: Tag) -> datetime:
    """One that is stored, as is the one before."""
    times = [at for at, _, _, quality in samples_of(tag) if quality == 192]
    period = timedelta(milliseconds=tag.connection.period_ms)
    return next(at for at in times[3:] if at - period in times)


def test_a_record_that_is_whole_is_said_to_be_so(recorded):
    said = check(connection="PLC-1", site=recorded.site.code)
    assert "PLC-1 speed: " in said
    assert "PLC-1 good: 2 events numbered, 2 stored" in said
    assert "No slot is doubled, none is missing while good; no change is doubled; every event is there." in said
    assert "PLC-1 good: 3 stored on change in 1 observations, 0 times silent for too long, 0 stored again" in said


def test_a_slot_that_is_missing_is_found(recorded, tampering):
    tampering.execute("DELETE FROM equipment_sample WHERE at = %s", [a_slot(recorded)])
    with pytest.raises(CommandError, match="1 slots are missing, 0 are doubled; 0 events are missing"):
        check()


@pytest.mark.parametrize("edge", ["began_at", "seen_until"])
def test_one_at_the_edge_of_an_observation_is_found_as_well(recorded, tampering, edge):
    at = Observation.objects.values_list(edge, flat=True).get()
    tampering.execute("DELETE FROM equipment_sample WHERE at = %s", [at])
    with pytest.raises(CommandError, match="1 slots are missing"):
        check()


def test_all_of_a_tag_is_found_missing_when_none_was_stored(recorded, tampering):
    tampering.execute("DELETE FROM equipment_sample WHERE series_id = %s", [Series.objects.get(tag=recorded).pk])
    with pytest.raises(CommandError, match=r"[3-9]\d slots are missing"):
        check()


def test_a_part_of_the_time_is_asked_for_alone(recorded, tampering):
    at = a_slot(recorded)
    tampering.execute("DELETE FROM equipment_sample WHERE at = %s", [at])
    assert "No slot is doubled" in check(since=(at + timedelta(microseconds=1)).isoformat())
    assert "No slot is doubled" in check(until=(at - timedelta(microseconds=1)).isoformat())
    with pytest.raises(CommandError, match="1 slots are missing"):
        check(since=at.isoformat(), until=at.isoformat())


def test_a_slot_that_is_doubled_is_found_though_the_times_differ(recorded, tampering):
    tampering.execute(
        "INSERT INTO equipment_sample (series_id, at, value, quality) VALUES (%s, %s, 1, 192)",
        [Series.objects.get(tag=recorded).pk, a_slot(recorded) + timedelta(microseconds=1)],
    )
    with pytest.raises(CommandError, match="0 slots are missing, 1 are doubled"):
        check()


def test_of_a_machine_that_was_bad_nothing_is_missing(recorded, tampering):
    at = a_slot(recorded)
    before = at - timedelta(milliseconds=recorded.connection.period_ms)
    tampering.execute("UPDATE equipment_sample SET value = NULL, quality = 24 WHERE at = %s", [before])
    tampering.execute("DELETE FROM equipment_sample WHERE at = %s", [at])
    assert "No slot is doubled" in check()


def test_an_event_that_is_missing_is_found(recorded, good, tampering):
    tampering.execute("UPDATE equipment_countertotal SET number = number + 1 WHERE tag_id = %s", [good.pk])
    with pytest.raises(CommandError, match="1 events are missing"):
        check()


def test_a_tag_that_came_later_is_not_asked_for_what_was_before(recorded, connection):
    tag_of(connection, "late", "holding:10")
    assert set(ledger(connection)) == {"speed"}


def test_what_can_not_be_asked_is_said(recorded):
    with pytest.raises(CommandError, match="yesterday is not a time"):
        check(since="yesterday")
    with pytest.raises(CommandError, match="no such connection"):
        check(connection="PLC-9")


def test_where_nothing_can_be_accounted_for_it_fails(recorded):
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(CommandError, match="Nothing was accounted for"):
        check(since=long_ago.isoformat(), until=(long_ago + timedelta(hours=1)).isoformat())


class Told:
    """A connection that tells of changes alone, and what is on record of it: seconds from when it was watched."""

    def __init__(self, plant: Plant, **more: object) -> None:
        self.connection = press(plant)
        self.tag = value(self.connection, plant.stations["10"], "LEVEL", report="CHANGE", max_silence_s=60, **more)
        self.began = timezone.now()
        self.observe(0, 600)

    def observe(self, since: float, until: float) -> None:
        began, seen = (self.began + timedelta(seconds=each) for each in (since, until))
        Observation.objects.create(connection=self.connection, epoch=1, began_at=began, seen_until=seen, ended_at=seen)

    def store(self, *samples: tuple[float, float | None]) -> None:
        series = self.tag.series.get().pk
        with database.cursor() as cursor:
            for after, level in samples:
                at, quality = self.began + timedelta(seconds=after), 8 if level is None else 192
                row = [series, at, level, quality]
                cursor.execute("INSERT INTO equipment_sample VALUES (%s, %s, %s, NULL, %s)", row)

    def account(self) -> tuple[int, int, int]:
        (account,) = changes_of(self.connection.pk, self.began, self.began + timedelta(hours=1))
        return account.samples, account.silent, account.repeated


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("samples", "silent", "repeated"),
    [
        ([(0, 1), (61, 1), (121, 2), (182, 2), (242, 2), (303, 2), (363, 2), (424, 2), (485, 2), (546, 2)], 0, 0),
        ([(0, 1), (61, 1), (303, 2), (363, 2), (424, 2), (485, 2), (546, 2)], 1, 0),
        ([(0, 1), (61, 1)], 1, 0),
        ([(0, 1), (5, 1), (61, 2), (100, None)], 0, 1),
        ([(0, 1), (5, 2), (5.000001, 1), (100, None)], 1, 0),
        ([(0, 1), (20, None)], 0, 0),
        ([], 0, 0),
    ],
    ids=["whole", "silent", "silent at the end", "twice", "silent before it was bad", "bad to the end", "nothing"],
)
def test_changes_are_asked_whether_one_is_doubled_or_told_too_seldom(plant, samples, silent, repeated):
    told = Told(plant)
    told.store(*samples)
    assert told.account() == (len(samples), silent, repeated)


@pytest.mark.django_db
def test_what_stood_before_is_told_anew_when_it_is_watched_again(plant):
    told = Told(plant)
    told.store((0, 1), (30, None))
    told.observe(700, 900)
    told.store((700, 1), (760, 1), (820, 1), (880, 1))
    assert told.account() == (6, 0, 0)
    told.observe(1_000, 1_200)  # the same went on, and nobody told of it
    assert told.account() == (6, 1, 0)
