"""The door: one effect a key, the acting person beside every changed row, and what the database refuses in words."""

import json

import pytest
from django.db import IntegrityError, OperationalError, connection

from equipment.models import Site
from mes.kernel import door
from mes.kernel.audit.models import AuditEvent
from mes.kernel.door import KeyReused, fingerprint, open_door
from mes.kernel.idempotency.models import IdempotencyKey
from mes.kernel.refusals import Busy, InvalidInput, Refusal
from tests.plant import NOW
from tests.races.runners import Meanwhile, at_once

MOON = {"code": "MOON", "name": "Moon"}


def make_site(person=None, key="", asked="", **more):
    with open_door(person=person, at=NOW, key=key, asked=asked, **more) as passage:
        if passage.replayed:
            return passage.answer
        site = Site.objects.create(**MOON)
        passage.remember(site=site.pk)
        return {"site": str(site.pk)}


@pytest.mark.django_db
def test_the_same_key_twice_is_one_effect_and_the_same_answer():
    first, second = make_site(key="k", asked="moon"), make_site(key="k", asked="moon")
    assert first == second
    assert Site.objects.filter(code="MOON").count() == 1


@pytest.mark.django_db
def test_the_same_key_with_another_request_is_refused():
    make_site(key="k", asked="moon")
    with pytest.raises(KeyReused) as refused:
        make_site(key="k", asked="sun")
    assert refused.value.status == 422


@pytest.mark.django_db
def test_a_key_is_its_person_s_own(plant):
    with open_door(person=plant.people["amina"], at=NOW, key="k", asked="x"):
        pass
    with open_door(person=plant.people["tomasz"], at=NOW, key="k", asked="y") as passage:
        assert not passage.replayed


@pytest.mark.django_db
def test_a_refusal_releases_the_key():
    with pytest.raises(InvalidInput), open_door(person=None, at=NOW, key="k", asked="moon"):
        raise InvalidInput("No.")
    assert not IdempotencyKey.objects.exists()
    assert make_site(key="k", asked="moon")["site"]


@pytest.mark.django_db
def test_a_crash_releases_the_key_and_keeps_nothing():
    with pytest.raises(ZeroDivisionError), open_door(person=None, at=NOW, key="k", asked="moon"):
        make_site() and 1 / 0
    assert not Site.objects.filter(code="MOON").exists()
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
def test_a_door_without_a_key_keeps_none():
    make_site()
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["", "k"])
def test_who_where_which_request_and_why_stand_beside_every_changed_row(plant, key):
    amina = plant.people["amina"]
    make_site(amina, station="ST-10", request_id="r-1", reason="Moved", key=key, asked="moon")
    event = AuditEvent.objects.get(table_name="equipment_site", new__code="MOON")
    assert (event.person, event.station, event.request_id, event.reason) == (str(amina.pk), "ST-10", "r-1", "Moved")


@pytest.mark.django_db
def test_after_the_door_nobody_acts():
    with open_door(person=None, at=NOW) as passage:
        assert door.current() is passage
    assert door.current() is None


@pytest.mark.django_db
def test_a_door_in_a_door_gives_the_outer_one_back(plant):
    with plant.door("amina") as outer:
        with open_door(person=None, at=NOW):
            pass
        assert door.current() is outer


def test_the_person_of_one_transaction_is_not_the_next_one_s(committed_plant):
    make_site(committed_plant.people["amina"])
    Site.objects.filter(code="MOON").update(name="Luna")  # past the door
    event = AuditEvent.objects.filter(table_name="equipment_site", operation="UPDATE").latest("sequence")
    assert event.is_outside_the_application


@pytest.mark.django_db
def test_what_a_constraint_refuses_is_said_in_its_own_words(plant):
    with pytest.raises(Refusal) as refused, plant.door("pavel"):
        type(plant.order()).objects.update(priority=10)
    assert refused.value.what == "A priority is 1 (first) to 9 (last)."
    assert refused.value.evidence == {"constraint": "order_priority_range"}


@pytest.mark.django_db
def test_a_second_record_of_a_unique_name_is_a_refusal(plant):
    with pytest.raises(Refusal) as refused, plant.door("omar"):
        Site.objects.create(code=plant.site.code, name="Again")
    assert refused.value.status == 409
    assert "code" in refused.value.what


@pytest.mark.django_db
def test_an_error_that_no_rule_explains_stays_an_error():
    with pytest.raises(IntegrityError), open_door(person=None, at=NOW), connection.cursor() as cursor:
        cursor.execute("INSERT INTO equipment_site (id) VALUES (gen_random_uuid())")


def test_many_requests_with_one_key_at_once_have_one_effect_and_one_answer(committed_database):
    answers = at_once(*[lambda: make_site(key="k", asked="moon")] * 10)
    assert len({json.dumps(answer) for answer in answers}) == 1, answers
    assert Site.objects.filter(code="MOON").count() == 1


def test_a_repeated_request_waits_for_the_first(committed_database):
    with open_door(person=None, at=NOW, key="k", asked="moon") as passage:
        passage.remember(site="first")
        second = Meanwhile(lambda: make_site(key="k", asked="moon"))
        assert second.waits()
    assert second.answer() == {"site": "first"}
    assert not Site.objects.filter(code="MOON").exists()


def test_a_repeated_request_takes_over_when_the_first_is_refused(committed_database):
    others = []

    def refuse_while_another_waits():
        with open_door(person=None, at=NOW, key="k", asked="moon"):
            others.append(Meanwhile(lambda: make_site(key="k", asked="moon")))
            assert others[0].waits()
            raise InvalidInput("No.")

    with pytest.raises(InvalidInput):
        refuse_while_another_waits()
    assert others[0].answer()["site"] == str(Site.objects.get(code="MOON").pk)


def test_a_repeated_request_is_told_to_come_back_when_the_first_takes_too_long(committed_database):
    with open_door(person=None, at=NOW, key="k", asked="moon"):
        answer = Meanwhile(lambda: make_site(key="k", asked="moon")).answer()
    assert isinstance(answer, Busy)
    assert answer.status == 409


@pytest.mark.django_db
def test_another_failure_of_the_database_is_not_called_busy():
    with pytest.raises(OperationalError), open_door(person=None, at=NOW), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 20; SELECT pg_sleep(1)")


def test_a_fingerprint_tells_requests_apart_and_nothing_else():
    assert fingerprint("/a", {"x": 1, "y": 2}) == fingerprint("/a", {"y": 2, "x": 1})
    assert len({fingerprint("/a", {}), fingerprint("/b", {}), fingerprint("/a", {"x": 1})}) == 3
