from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import override_settings

from mes.demo import loading
from tests import databases
from tests.conftest import point_at

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)


@pytest.fixture
def demo(settings, tmp_path, committed_database):
    """A demo's settings and an empty database: the loader refuses any other."""
    settings.MES_DEMO, settings.MEDIA_ROOT = True, tmp_path


@pytest.fixture(scope="session")
def demo_template(
    database_template, django_db_setup, django_db_blocker, tmp_path_factory
) -> Iterator[tuple[str, Path]]:
    """(database, folder of its files) with the plant loaded at NOW, to be cloned: loading is what takes long."""
    media = tmp_path_factory.mktemp("demo")
    files = {"MEDIA_ROOT": media, "MES_MACHINES": media / "machines"}
    with databases.clone(database_template) as name:
        with django_db_blocker.unblock(), led_to(name), override_settings(MES_DEMO=True, **files):
            loading.load(at=NOW, tell=lambda line: None)
        yield name, media


@pytest.fixture
def loaded(settings, demo_template, django_db_blocker) -> Iterator[None]:
    """A demo with its plant, the test's own: what it commits is seen by no other."""
    origin, media = demo_template
    settings.MES_DEMO, settings.MEDIA_ROOT = True, media
    with databases.clone(origin) as name, django_db_blocker.unblock(), led_to(name):
        yield


@contextmanager
def led_to(database: str) -> Iterator[None]:
    before = point_at(database)
    try:
        yield
    finally:
        point_at(before)
