"""Made-up sites, with people, calendars, tools, reasons and instructions that nobody would think of."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from mes.kernel.documents import FilesWrong
from mes.plantfiles.kinds import KINDS
from mes.plantfiles.writing import export
from tests.plantfiles.folder import first_people, take
from tests.plantfiles.made_up_sites import SIGNERS, instructions, people, places, reasons

_UNTIMED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture
def empty_plant(committed_database, settings, tmp_path):
    """A database with nobody in it but who imports and who signs; what an example does is rolled back."""
    settings.MEDIA_ROOT = str(tmp_path)
    first_people()


def comes_out_as_it_went_in(files):
    with transaction.atomic():
        assert not take(files, *SIGNERS).awaiting
        exported = export(KINDS, None)
        assert len({name.casefold() for name in exported}) == len(exported)  # as some disks see them
        assert not take(exported, *SIGNERS).changes
        assert not take(files, *SIGNERS).changes
        transaction.set_rollback(True)
    with transaction.atomic():
        assert not take(exported, *SIGNERS).awaiting
        assert export(KINDS, None) == exported
        transaction.set_rollback(True)


def becomes_what_other_files_say(before, files):
    with transaction.atomic():
        take(before, *SIGNERS)
        try:
            take(files, *SIGNERS)
        except FilesWrong:  # such as a badge of somebody whom the other files don't speak of
            reject()
        else:
            exported = export(KINDS, None)
            assert not take(files, *SIGNERS).changes
            assert not take(exported, *SIGNERS).changes
        finally:
            transaction.set_rollback(True)


parts = pytest.mark.parametrize("kind", [places, people, reasons, instructions])
drafts = pytest.mark.parametrize("kind", [places, people])


@parts
@settings(max_examples=6, suppress_health_check=_UNTIMED)
@given(data=st.data())
def test_any_part_of_a_site_comes_out_of_its_files_as_it_went_in(empty_plant, kind, data):
    comes_out_as_it_went_in(data.draw(kind()))


@drafts
@settings(max_examples=4, suppress_health_check=_UNTIMED)
@given(data=st.data())
def test_any_part_of_a_site_becomes_what_other_files_say(empty_plant, kind, data):
    becomes_what_other_files_say(data.draw(kind()), data.draw(kind()))


@pytest.mark.slow
@parts
@settings(max_examples=300, suppress_health_check=_UNTIMED)
@given(data=st.data())
def test_any_of_many_parts_comes_out_of_its_files_as_it_went_in(empty_plant, kind, data):
    comes_out_as_it_went_in(data.draw(kind()))


@pytest.mark.slow
@drafts
@settings(max_examples=300, suppress_health_check=_UNTIMED)
@given(data=st.data())
def test_any_of_many_parts_becomes_what_other_files_say(empty_plant, kind, data):
    becomes_what_other_files_say(data.draw(kind()), data.draw(kind()))
