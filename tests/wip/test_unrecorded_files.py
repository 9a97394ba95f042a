"""Uploaded files wait until a reading names them; what nobody records is removed after a day."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from mes.kernel.stored_files import store, stored
from tests.kinds import kinds_line
from tests.station.test_step_kinds import PNG
from wip.tasks import WAITS, remove_unrecorded_files

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def photos(media) -> tuple[str, str]:
    """Two photos that were uploaded a little more than a day ago."""
    digests = tuple(store(SimpleUploadedFile("a.png", PNG + more)).digest for more in (b"1", b"2"))
    grow_old(media)
    return digests


def grow_old(media: Path) -> None:
    old = (timezone.now() - WAITS - timedelta(minutes=1)).timestamp()
    for path in media.rglob("*"):
        if path.is_file():
            os.utime(path, (old, old))


def test_what_nobody_recorded_is_removed_after_a_day_and_a_second_run_changes_nothing(photos):
    young = store(SimpleUploadedFile("c.png", PNG)).digest
    assert (remove_unrecorded_files(), remove_unrecorded_files()) == (2, 0)
    assert [stored(digest) is not None for digest in (*photos, young)] == [False, False, True]


def test_what_is_recorded_is_kept_for_good(photos, plant, media, django_capture_on_commit_callbacks):
    recorded, other = photos
    with django_capture_on_commit_callbacks(execute=True):
        kinds_line(plant).record("PHOTO", f"{recorded} seat.png")
    assert (media / "files" / recorded[:2] / recorded[2:]).read_bytes() == PNG + b"1"
    grow_old(media)
    assert remove_unrecorded_files() == 1
    assert [stored(digest) is not None for digest in (recorded, other)] == [True, False]


def test_what_is_recorded_and_was_not_put_away_yet_is_kept_as_well(photos, plant, media):
    recorded, _ = photos
    kinds_line(plant).record("PHOTO", f"{recorded} seat.png")
    grow_old(media)
    assert remove_unrecorded_files() == 1
    assert (media / "files" / recorded[:2] / recorded[2:]).is_file()


def test_what_is_attached_again_or_about_to_be_recorded_waits_anew(photos, plant):
    again, recorded = photos
    store(SimpleUploadedFile("a.png", PNG + b"1"))
    kinds_line(plant).record("PHOTO", f"{recorded} seat.png")
    assert remove_unrecorded_files() == 0
    assert stored(again) is not None


def test_what_is_left_of_a_broken_upload_is_removed(media):
    left = media / "uploads" / "ab" / "tmp12345"
    left.parent.mkdir(parents=True)
    left.write_bytes(PNG[:7])
    grow_old(media)
    assert remove_unrecorded_files() == 1
    assert not left.exists()


def test_without_any_upload_there_is_nothing_to_do():
    assert remove_unrecorded_files() == 0
