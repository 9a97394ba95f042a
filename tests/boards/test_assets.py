"""The pages of tools, gauges and fixtures."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from equipment.actions import assets
from equipment.models import CalibrationRecord, PhysicalAsset
from mes.station.actions.operations import Given
from tests.equipment.assets import asking_for_a_wrench, calibrate, fresh, used, wrench
from tests.plant import NOW
from tests.station.pages import text
from wip.queries import execution_at

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def today():
    """The plant's clock, for pages too."""
    with time_machine.travel(datetime(2026, 11, 23, 9, tzinfo=UTC)):
        yield


def listed(desk, show="", **more) -> list[str]:
    return [row.asset.code for row in desk.get("/assets/", query_params={"show": show, **more}).context["rows"]]


def test_the_list_shows_what_has_to_be_done_about_which(plant, ines) -> None:
    for code, due in [("LATE", TODAY - timedelta(days=3)), ("SOON", TODAY + timedelta(days=5))]:
        wrench(plant, code, due=due)
    wrench(plant, "GOOD", "30")
    used(plant, wrench(plant, "WORN"), 1000)
    retired = wrench(plant, "GONE")
    with plant.door("mei") as passage:
        assets.retire(asset=retired, by=passage.person, at=passage.at)
    assert listed(ines) == ["GOOD", "LATE", "SOON", "WORN"]
    assert [listed(ines, show) for show in ("overdue", "soon", "month", "missing", "worn", "out")] == [
        ["LATE"],
        ["SOON"],
        ["LATE", "SOON"],
        [],
        ["WORN"],
        ["GONE"],
    ]
    page = text(ines.get("/assets/"))
    assert "Overdue 1 Due within 30 days 1 Due this month 2 Without calibration 0 Life used up 1 Out of use 1" in page
    assert "GOOD Wrench torque wrench ST-30 Torque In order 23 Nov 2027 1000 of 1000 cycles left" in page
    assert "0 of 1000 cycles left X Used up" in page


def test_the_list_is_narrowed_by_code_class_or_station(plant, ines) -> None:
    wrench(plant, "TW-1", "30"), wrench(plant, "TW-2")
    assert listed(ines, text="tw-2") == ["TW-2"]
    assert listed(ines, text="st-30") == ["TW-1"]
    assert listed(ines, text="torque wr") == ["TW-1", "TW-2"]
    assert listed(ines, "nonsense", text="x\0y") == []


@pytest.mark.parametrize("count", [2, 12])
def test_the_list_costs_the_same_for_any_number(plant, ines, count, django_assert_num_queries) -> None:
    for number in range(count):
        wrench(plant, f"TW-{number}", "30")
    with django_assert_num_queries(6):  # session, person, sites, counts of the filters, count of the page, assets
        ines.get("/assets/")


def test_an_asset_is_placed_overhauled_and_taken_out_of_use(plant, desk_of) -> None:
    mei, tool = desk_of("mei"), wrench(plant)
    used(plant, tool, 12)
    path = f"/assets/{tool.pk}/"
    mei.post(f"{path}place/", station=plant.stations["30"].pk)
    assert "is at ST-30 Torque now." in text(mei.get(path))
    mei.post(f"{path}overhaul/", reason="New blade")
    assert "begins its life anew" in text(mei.get(path))
    mei.post(f"{path}use/", reason="Dropped")
    assert "is out of use." in text(mei.get(path))
    assert fresh(tool).history.first().history_change_reason == "Dropped"
    mei.post(f"{path}use/", reason="Repaired")
    assert (fresh(tool).is_active, fresh(tool).station, fresh(tool).cycles) == (True, None, 0)


def test_a_second_press_is_one_act(plant, desk_of) -> None:
    mei, tool = desk_of("mei"), wrench(plant)
    for _ in range(2):
        answer = mei.post(f"/assets/{tool.pk}/use/", key="same-key", reason="Dropped")
        assert answer.status_code == 302
    assert not fresh(tool).is_active


def test_a_calibration_is_entered_with_its_certificate_which_is_read_again(plant, desk_of, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    mei, tool = desk_of("mei"), wrench(plant, due=TODAY)
    content = {"result": "ADJUSTED", "as_found": "1.26", "as_left": "1.20", "standard": "REF-7"}
    file = SimpleUploadedFile("run.pdf", b"%PDF-1.7 run")
    path = f"/assets/{tool.pk}/calibrate/"
    assert "every 365 days" in text(mei.get(path))
    assert mei.post(path, **content, certificate_number="C/99", certificate=file).status_code == 302
    record = CalibrationRecord.objects.get()
    answer = mei.get(f"/calibrations/{record.pk}/certificate/")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 run"
    assert answer["Content-Disposition"] == 'attachment; filename="TW-1 C-99.pdf"'
    assert "Passed after adjustment 1.26 1.20 REF-7 C/99 23 Nov 2027" in text(mei.get(f"/assets/{tool.pk}/"))


def test_what_is_missing_in_a_calibration_is_said(plant, desk_of) -> None:
    tool = wrench(plant, due=TODAY)
    refused = desk_of("mei").post(f"/assets/{tool.pk}/calibrate/", result="PASSED", as_found="1.2")
    assert refused.status_code == 422
    assert "Standard" in text(refused)
    assert not CalibrationRecord.objects.exists()


def test_a_bad_calibration_leads_to_all_that_was_made_with_it_since_the_last_good_one(plant, ines) -> None:
    tool, before, after = wrench(plant), plant.unit(), plant.unit()
    run(plant, tool, before)
    calibrate(plant, tool)
    run(plant, tool, after)
    assert "is in doubt" not in text(ines.get(f"/assets/{tool.pk}/"))
    calibrate(plant, tool, result="FAILED", as_found="1.40", as_left="broken")
    page = ines.get(f"/assets/{tool.pk}/")
    assert "Failed: out of use, found" in text(page)
    assert [execution.unit for execution, _ in page.context["touched"]] == [after]
    assert "TORQUE 1.21 N·m" in text(page)
    both = ines.get(f"/assets/{tool.pk}/?since=all")
    assert [execution.unit for execution, _ in both.context["touched"]] == [after, before]


def run(plant, tool: PhysicalAsset, unit) -> None:
    """An operation on the unit that takes the tool, with a torque recorded."""
    plant.do(unit, "10", "20")
    plant.start(unit, "30")
    plant.report(unit, "30", Given("TORQUE", "1.21"))
    used(plant, tool, 1, execution_at(unit, "30").pk)


@pytest.mark.parametrize(
    ("who", "act", "content"),
    [
        ("pavel", "place", {"station": ""}),
        ("amina", "calibrate", {}),
        ("ines", "overhaul", {"reason": "x"}),
        ("ruth", "use", {"reason": "x"}),
    ],
)
def test_who_may_not_is_refused_and_the_button_says_why(plant, desk_of, who, act, content) -> None:
    tool, desk = wrench(plant), desk_of(who)
    assert desk.post(f"/assets/{tool.pk}/{act}/", **content).status_code == 403
    assert "Roles that have it" in text(desk.get(f"/assets/{tool.pk}/"))


def test_an_asset_of_another_site_is_not_there(plant, desk_of) -> None:
    tool, mei = wrench(plant), desk_of("mei")
    record = tool.calibrations.get()
    with plant.door("omar"):
        plant.people["mei"].site_access.update(site=plant.elsewhere)
    assert mei.get(f"/assets/{tool.pk}/").status_code == 404
    assert mei.get(f"/calibrations/{record.pk}/certificate/").status_code == 404
    assert mei.post(f"/assets/{tool.pk}/use/", reason="x").status_code == 404
    assert listed(mei) == []


def test_the_units_record_names_the_tools_of_each_operation(plant, ines) -> None:
    tool, unit = asking_for_a_wrench(plant), plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    page = ines.get(f"/units/{unit}/").content.decode()
    assert f'With <a href="/assets/{tool.pk}/">TW-1 Wrench</a>' in page
    assert page.count("/assets/") == 2  # in the navigation, and this once
