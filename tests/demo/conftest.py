from datetime import UTC, datetime

import pytest

from mes.demo import loading

NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)


@pytest.fixture
def demo(settings, tmp_path, committed_database):
    """A demo's settings and an empty database: the loader refuses any other."""
    settings.MES_DEMO, settings.MEDIA_ROOT = True, tmp_path


@pytest.fixture
def loaded(demo):
    loading.load(at=NOW, tell=lambda line: None)
