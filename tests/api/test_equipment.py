"""Areas, stations, assets, reasons and help calls over REST."""

import pytest

from equipment.actions import reasons
from equipment.models import Area, CalibrationRecord, HelpCall
from tests.api.conftest import api_as
from tests.equipment.assets import fresh, help_call, used, wrench

pytestmark = pytest.mark.django_db

CALIBRATION = {"result": "PASSED", "as_found": "1.20 N·m", "as_left": "1.20 N·m", "standard": "REF-7"}


def codes(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["results"]]


def test_areas_and_stations_are_listed_by_cursor_and_narrowed(plant, api):
    with plant.door("hiroshi"):
        area = Area.objects.create(site=plant.site, code="ASSY", name="Assembly")
        plant.stations["30"].work_center.area = area
        plant.stations["30"].work_center.save()
    assert api.get("/areas?site=NF").json()["results"] == [{"code": "ASSY", "name": "Assembly", "site": "NF"}]
    first = api.get("/stations?limit=3").json()
    assert [row["code"] for row in first["results"]] == ["ST-40", "ST-30", "ST-20"]
    assert codes(api.get(f"/stations?{first['next'].partition('?')[2]}")) == ["ST-10"]
    assert len(codes(api.get("/stations?area=ASSY&is_active=true"))) == 4
    assert codes(api.get("/stations?area=NONE")) == codes(api.get("/stations?is_active=false")) == []
    shown = api.get("/stations").json()["results"][1]
    assert (shown["work_center"], shown["area"], shown["station_class"]) == ("LINE-1", "ASSY", "TORQUE")


def test_an_asset_is_found_by_its_code_placed_and_calibrated(plant):
    mei, tool = api_as(plant, "mei"), wrench(plant)
    used(plant, tool, 40)
    (found,) = mei.get("/assets?code=TW-1").json()["results"]
    assert (found["calibration"], found["cycles_left"], found["station"]) == ("IN_ORDER", 960, None)
    placed = mei.post(f"/assets/{found['id']}/place", {"station": "ST-30"})
    assert (placed.status_code, placed.json()["station"]) == (200, "ST-30")
    assert codes(mei.get("/assets?station=ST-30&asset_class=TORQUE&is_active=true")) == ["TW-1"]
    assert mei.post(f"/assets/{found['id']}/place", {"station": "ST-30"}).json()["code"] == "ASSET_ALREADY_THERE"
    assert mei.post(f"/assets/{found['id']}/place", {"station": None}).json()["station"] is None
    made = mei.post(f"/assets/{found['id']}/calibrate", CALIBRATION | {"result": "FAILED", "as_left": "broken"})
    assert (made.status_code, made.json()["due_date"], made.json()["by"]) == (201, None, "mei")
    assert codes(mei.get("/assets?calibration=MISSING")) == ["TW-1"]
    assert mei.post(f"/assets/{found['id']}/overhaul", {"reason": "New blade"}).json()["cycles"] == 0


def test_an_asset_is_taken_out_of_use_and_put_back(plant):
    mei, tool = api_as(plant, "mei"), wrench(plant, at="30")
    body = {"reason": "Cracked"}
    gone, again = (mei.post(f"/assets/{tool.pk}/retire", body, idempotency_key="r-1") for _ in range(2))
    assert gone.json() == again.json()
    assert (gone.status_code, gone.json()["is_active"], gone.json()["station"]) == (200, False, None)
    assert mei.post(f"/assets/{tool.pk}/retire", body).json()["code"] == "ASSET_OUT_OF_USE"
    assert mei.post(f"/assets/{tool.pk}/restore", {"reason": ""}).status_code == 422
    assert mei.post(f"/assets/{tool.pk}/restore", {"reason": "Mended"}).json()["is_active"] is True
    assert mei.post(f"/assets/{tool.pk}/restore", body).json()["code"] == "ASSET_IN_USE"
    assert api_as(plant, "amina").post(f"/assets/{tool.pk}/retire", body).status_code == 403


def test_a_repeated_calibration_is_one_record(plant):
    mei, tool = api_as(plant, "mei"), wrench(plant)
    first, again = (mei.post(f"/assets/{tool.pk}/calibrate", CALIBRATION, idempotency_key="c-1") for _ in range(2))
    assert first.json() == again.json()
    assert CalibrationRecord.objects.count() == 2  # one was there


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("place", {}, "station"),
        ("place", {"station": "ST-99"}, "station"),
        ("place", {"station": 7}, "station"),
        ("calibrate", CALIBRATION | {"result": "FINE"}, "result"),
        ("calibrate", CALIBRATION | {"due_date": "2020-01-01"}, "due_date"),
        ("calibrate", CALIBRATION | {"standard": " "}, "standard"),
        ("overhaul", {"reason": ""}, "reason"),
    ],
)
def test_what_is_wrong_is_said_where(plant, path, body, where):
    tool = wrench(plant)
    refused = api_as(plant, "mei").post(f"/assets/{tool.pk}/{path}", body)
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, where)


@pytest.mark.parametrize("key", ["nonsense", "48565539-d8e2-49f1-9d82-757281bebce3", "%00"])
def test_an_asset_or_call_that_is_not_there_is_a_404(plant, key):
    mei = api_as(plant, "mei")
    assert mei.get(f"/assets/{key}").status_code == 404
    assert mei.post(f"/help-calls/{key}/take").status_code == 404


def test_another_sites_are_not_there_and_a_role_that_may_not_is_refused(plant, api):
    tool, call = wrench(plant), help_call(plant)
    assert api.post(f"/assets/{tool.pk}/calibrate", CALIBRATION).status_code == 403
    assert api_as(plant, "pavel").post(f"/assets/{tool.pk}/place", {"station": None}).status_code == 403
    with plant.door("omar"):
        plant.people["mei"].site_access.update(site=plant.elsewhere)
    mei = api_as(plant, "mei")
    assert mei.get(f"/assets/{tool.pk}").status_code == 404
    assert mei.post(f"/help-calls/{call.pk}/finish", {}).status_code == 404
    for path in ("areas", "stations", "assets", "reasons", "help-calls?status=ALL"):
        assert mei.get(f"/{path}").json()["results"] == []
    assert fresh(tool).station is None


def test_a_token_without_the_scope_may_not(plant):
    tool = wrench(plant)
    narrow = api_as(plant, "mei", "units.view")
    assert narrow.get(f"/assets/{tool.pk}").status_code == 200
    assert narrow.post(f"/assets/{tool.pk}/place", {"station": "ST-30"}).status_code == 403


def test_released_reasons_are_listed_with_their_headings(plant, api):
    with plant.door("hiroshi") as passage:
        who = {"by": passage.person, "at": passage.at}
        tree = reasons.draft(site=plant.site, area=None, kind="SCRAP", **who)
        reasons.write(tree=tree, text="DIM Dimension\n  DIM-OD Outer diameter", **who)
    assert codes(api.get("/reasons")) == []
    with plant.door("mei") as passage:
        reasons.release(tree=tree, by=passage.person, at=passage.at)
    leaf, heading = api.get("/reasons?kind=SCRAP&site=NF").json()["results"]
    assert (leaf["code"], leaf["heading"], leaf["is_leaf"], leaf["version"]) == ("DIM-OD", "DIM", True, 1)
    assert (heading["code"], heading["heading"], heading["is_leaf"]) == ("DIM", None, False)
    assert codes(api.get("/reasons?kind=HOLD")) == codes(api.get("/reasons?area=MACH")) == []


def test_help_is_called_taken_and_done(plant, api):
    body = {"station": "ST-30", "kind": "MATERIAL", "note": "Screws are out"}
    made, again = (api.post("/help-calls", body, idempotency_key="h-1") for _ in range(2))
    assert (made.status_code, made.json()) == (201, again.json())
    assert api.post("/help-calls", body).json()["code"] == "ALREADY_CALLED"
    call, ines = made.json()["id"], api_as(plant, "ines")
    assert api.post(f"/help-calls/{call}/take").status_code == 403
    assert ines.post(f"/help-calls/{call}/take").json()["taken_by"] == "ines"
    assert ines.post(f"/help-calls/{call}/take").status_code == 409
    assert [row["id"] for row in ines.get("/help-calls").json()["results"]] == [call]
    done = api.post(f"/help-calls/{call}/finish", {"answer": "Found some"})
    assert (done.json()["status"], done.json()["done_by"]) == ("DONE", "amina")
    assert ines.get("/help-calls?kind=MATERIAL&station=ST-30").json()["results"] == []
    assert len(ines.get("/help-calls?status=DONE").json()["results"]) == 1
    assert HelpCall.objects.count() == 1


def test_a_station_of_two_sites_is_called_from_by_its_site(plant):
    with plant.door("omar"):
        own = plant.stations["30"]
        center = plant.elsewhere.work_centers.create(code="L", name="L")
        plant.elsewhere.stations.create(work_center=center, station_class=own.station_class, code="ST-30", name="T")
        plant.people["amina"].site_access.create(site=plant.elsewhere)
    amina, body = api_as(plant, "amina"), {"station": "ST-30", "kind": "QUALITY"}
    refused = amina.post("/help-calls", body)
    assert (refused.status_code, refused.json()["errors"][0]["do"]) == (422, "Name the site, too.")
    assert amina.post("/help-calls", body | {"site": "SF"}).json()["site"] == "SF"
