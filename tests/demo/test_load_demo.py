"""The demo plant: loaded once, whole or not at all, never with production settings; and its badge sheet."""

import io
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from equipment.models import Site, Station
from genealogy.models import Unit
from mes.demo import loading
from mes.demo.people import PASSWORD, PEOPLE
from mes.kernel.personnel.actions.secrets import confirm_password, confirm_pin
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Role
from orders.models import Step, WorkOrder
from wip.models import Hold, OperationExecution, Reading
from wip.queries import queue_at, running_at

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)


@pytest.fixture
def demo(settings, tmp_path, committed_database):
    """A demo's settings and an empty database: the loader refuses any other."""
    settings.MES_DEMO, settings.MEDIA_ROOT = True, tmp_path


@pytest.fixture
def loaded(demo):
    loading.load(at=NOW, tell=lambda line: None)


def load(*arguments: str) -> str:
    out = io.StringIO()
    call_command("load_demo", *arguments, stdout=out)
    return out.getvalue()


def test_it_refuses_settings_that_are_not_a_demos(committed_database) -> None:
    with pytest.raises(CommandError, match="MES_DEMO"):
        load()
    assert not Person.objects.exists()


def test_it_refuses_a_database_with_a_plant(demo, committed_plant) -> None:
    with pytest.raises(CommandError, match="has a plant already"):
        load()
    assert "nothing is loaded" in load("--if-empty")
    assert Site.objects.count() == 2


def test_an_interrupted_load_leaves_nothing(demo, monkeypatch) -> None:
    def interrupted(history) -> None:
        assert WorkOrder.objects.count() == 50
        raise KeyboardInterrupt

    monkeypatch.setattr(loading.History, "play", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load()
    assert not Person.objects.exists()
    assert loading.is_empty()


def test_the_loaded_plant(loaded, client, settings, django_assert_max_num_queries) -> None:
    """One load, looked at from all sides: loading is what takes long."""
    the_people_can_log_in()
    the_floor_is_at_work()
    nothing_happens_in_the_future()
    for step in Step.objects.exclude(picture=""):
        assert (settings.MEDIA_ROOT / step.picture.name).is_file(), step.picture.name
    settings.ROOT_URLCONF = "tests.demo.urls"
    with django_assert_max_num_queries(110):
        answer = client.get("/demo/badges/")
    assert answer.status_code == 200
    the_badges_are_on(answer.content.decode())
    assert 'href="/demo/badges/"' in client.get("/login/").content.decode()


def the_people_can_log_in() -> None:
    roles = {person.username for person in Person.objects.all()}
    assert set(Role.values) <= roles
    for one in PEOPLE:
        person = Person.objects.get(username=one.username)
        assert confirm_password(person=person, password=PASSWORD, at=NOW) == person
        if one.pin:
            assert confirm_pin(person=person, pin=one.pin, at=NOW) == person


def the_floor_is_at_work() -> None:
    statuses = list(WorkOrder.objects.values_list("status", flat=True))
    assert len(statuses) == 50
    assert statuses.count("COMPLETED") >= 8
    assert statuses.count("RUNNING") >= 4
    assert {"RELEASED", "DRAFT"} <= set(statuses)
    operator = Person.objects.get(username="operator")

    for station in Station.objects.all():
        assert running_at(station).exists(), station
    waiting = queue_at(Station.objects.get(code="ST-30"), operator)
    assert waiting.ready
    assert {"ON_HOLD"} <= {verdict.code for one in waiting.blocked for verdict in one.blockers}
    assert Hold.objects.filter(status="OPEN", unit__work_order__isnull=False).count() == 2
    assert Hold.objects.filter(status="OPEN", work_order__isnull=False).count() == 1
    assert Hold.objects.filter(status="RELEASED").count() == 1
    assert Unit.objects.filter(status="SCRAPPED").count() >= 2
    assert Reading.objects.exclude(corrects=None).count() >= 3
    assert OperationExecution.objects.filter(events__kind="TAKEN_OVER").exists()


def nothing_happens_in_the_future() -> None:
    assert not Reading.objects.filter(at__gt=NOW).exists()
    assert not OperationExecution.objects.filter(started_at__gt=NOW).exists()
    assert not OperationExecution.objects.filter(completed_at__gt=NOW).exists()
    late = [e for e in OperationExecution.objects.exclude(completed_at=None) if e.completed_at <= e.started_at]
    assert not late


def the_badges_are_on(page: str) -> None:
    for one in PEOPLE:
        assert one.full_name in page
        assert not one.pin or f"<dd>{one.pin}</dd>" in page
    assert page.count("<svg") >= len(PEOPLE) + 10


def test_there_is_no_badge_sheet_outside_the_demo(db, client, settings) -> None:
    assert client.get("/demo/badges/").status_code == 404
    settings.ROOT_URLCONF = "tests.demo.urls"
    assert client.get("/demo/badges/").status_code == 404
