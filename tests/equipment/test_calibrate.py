"""Calibrations, and what they are worth on a day."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from equipment.actions.calibrations import NotCalibrated
from equipment.models import CalibrationRecord, PhysicalAsset
from equipment.queries import assets_of, in_state, last_good_calibration
from equipment.status import CalibrationState
from mes.kernel.personnel.policies import RoleMissing
from mes.kernel.refusals import InvalidInput
from tests.equipment.assets import calibrate, fresh, wrench, wrench_class
from tests.plant import NOW

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


def test_a_calibration_gives_the_asset_its_next_date_by_the_interval_of_its_class(plant):
    tool = wrench(plant, due=TODAY)
    record = calibrate(plant, tool, as_left="1.201 N·m", result="ADJUSTED", certificate_number="C-99")
    assert (record.due_date, fresh(tool).calibration_due_date) == (TODAY + timedelta(days=365),) * 2
    assert (record.by, record.as_left, record.standard) == (plant.people["mei"], "1.201 N·m", "REF-7, PTB 4711")


def test_the_date_is_that_of_the_site(plant):
    tool = wrench(plant)
    plant.clock = NOW.replace(hour=23, minute=30)  # in Vienna it is tomorrow
    assert calibrate(plant, tool).due_date == TODAY + timedelta(days=366)


def test_what_failed_has_no_date_and_may_not_be_used(plant):
    tool = wrench(plant)
    calibrate(plant, tool, result="FAILED", as_found="1.31 N·m", as_left="broken")
    assert fresh(tool).calibration_on(TODAY) == CalibrationState.MISSING
    assert not fresh(tool).is_calibrated_on(TODAY)
    assert last_good_calibration(tool).sequence == min(r.sequence for r in tool.calibrations.all())


@pytest.mark.parametrize(
    ("found", "where"),
    [
        ({"as_found": " "}, "as_found"),
        ({"as_left": ""}, "as_left"),
        ({"standard": ""}, "standard"),
        ({"result": "FINE"}, "result"),
        ({"due_date": TODAY}, "due_date"),
        ({"result": "FAILED", "due_date": date(2030, 1, 1)}, "due_date"),
        ({"certificate": SimpleUploadedFile("run.exe", b"x")}, "certificate"),
    ],
)
def test_what_is_wrong_is_said_where(plant, found, where):
    tool = wrench(plant, due=TODAY)
    with pytest.raises(InvalidInput) as refused:
        calibrate(plant, tool, **found)
    assert [error.where for error in refused.value.errors] == [where]
    assert not CalibrationRecord.objects.exists()


def test_a_certificate_is_kept_under_a_name_of_ours(plant, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    record = calibrate(plant, wrench(plant), certificate=SimpleUploadedFile("../Über uns.PDF", b"%PDF-1.7"))
    assert record.certificate.name.startswith("certificates/")
    assert record.certificate.name.endswith(".pdf")
    assert "uns" not in record.certificate.name
    assert (tmp_path / record.certificate.name).read_bytes() == b"%PDF-1.7"


def test_an_asset_of_a_class_without_interval_is_not_calibrated(plant):
    tool = wrench(plant, asset_class=wrench_class(plant, calibration_interval_days=None))
    with pytest.raises(NotCalibrated):
        calibrate(plant, tool)
    assert tool.calibration_on(TODAY) == CalibrationState.NOT_NEEDED
    assert tool.is_calibrated_on(TODAY)


def test_an_operator_may_not(plant):
    with pytest.raises(RoleMissing):
        calibrate(plant, wrench(plant, due=TODAY), "amina")


@pytest.mark.parametrize(
    ("due", "state"),
    [
        (TODAY - timedelta(days=1), CalibrationState.OVERDUE),
        (TODAY, CalibrationState.DUE_SOON),
        (TODAY + timedelta(days=30), CalibrationState.DUE_SOON),
        (TODAY + timedelta(days=31), CalibrationState.IN_ORDER),
    ],
)
def test_the_list_and_the_asset_agree_on_its_state(plant, due, state):
    tool = wrench(plant, due=due)
    assert tool.calibration_on(TODAY) == state
    sites = {plant.site.pk: plant.site, plant.elsewhere.pk: plant.elsewhere}
    for each in CalibrationState:
        found = assets_of(sites).filter(in_state([each], sites.values(), NOW))
        assert list(found) == ([tool] if each == state else [])


def test_assets_never_calibrated_or_never_to_be_are_told_apart(plant):
    with plant.door("hiroshi"):
        new = PhysicalAsset.objects.create(site=plant.site, asset_class=wrench_class(plant), code="TW-9", name="New")
    assert list(assets_of([plant.site.pk]).filter(in_state(["MISSING"], [plant.site], NOW))) == [new]
    assert not assets_of([plant.site.pk]).filter(in_state(["NOT_NEEDED"], [plant.site], NOW))
