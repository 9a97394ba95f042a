"""Assets, checklists and reason trees in the master data."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from equipment.models import AssetClass, ClearanceItem, PhysicalAsset, ReasonTree
from equipment.status import CalibrationState
from tests.equipment.assets import used, wrench, wrench_class

pytestmark = pytest.mark.django_db
SCRAP = "DIM Dimension\n  DIM-OD Outer diameter\nSURF Scratched"


def post(client, plant, who, page, /, *args, **fields):
    client.force_login(plant.people[who])
    return client.post(reverse(f"admin:equipment_{page}", args=args), {"reason": "CAPA-7"} | fields)


def open_as(client, plant, who, page, *args, **query):
    client.force_login(plant.people[who])
    return client.get(reverse(f"admin:equipment_{page}", args=args, query=query))


def said(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def drafted(client, plant, text=SCRAP) -> ReasonTree:
    answer = post(client, plant, "hiroshi", "reasontree_add", kind="SCRAP", site=plant.site.pk, outline=text)
    assert answer.status_code == 302, answer.context["errors"]
    return ReasonTree.objects.get(status="DRAFT")


def test_a_tree_is_drafted_as_an_outline_and_released_by_quality(client, plant):
    tree = drafted(client, plant)
    assert [str(reason) for reason in tree.reasons.all()] == SCRAP.replace("  ", "").splitlines()
    page = open_as(client, plant, "hiroshi", "reasontree_change", tree.pk).content.decode()
    assert "  DIM-OD Outer diameter" in page
    assert "<li><strong>DIM-OD</strong> Outer diameter</li>" in page
    post(client, plant, "mei", "reasontree_act", tree.pk, verb="release")
    tree.refresh_from_db()
    assert (tree.status, tree.released_by) == ("RELEASED", plant.people["mei"])
    assert b"textarea" not in open_as(client, plant, "hiroshi", "reasontree_change", tree.pk).content


def test_the_next_version_is_drafted_from_the_page_of_the_released_one(client, plant):
    tree = drafted(client, plant)
    post(client, plant, "mei", "reasontree_act", tree.pk, verb="release")
    answer = post(client, plant, "hiroshi", "reasontree_act", tree.pk, verb="draft")
    draft = ReasonTree.objects.get(status="DRAFT")
    assert answer["Location"] == reverse("admin:equipment_reasontree_change", args=[draft.pk])
    post(client, plant, "hiroshi", "reasontree_change", draft.pk, outline=SCRAP + "\nBURN Burnt")
    assert draft.reasons.count() == 4
    assert draft.reasons.get(code="BURN").history.get().history_change_reason == "CAPA-7"


def test_lines_that_are_wrong_are_named_and_nothing_is_kept(client, plant):
    tree = drafted(client, plant)
    answer = post(client, plant, "hiroshi", "reasontree_change", tree.pk, outline="DIM\n lower case")
    errors = " ".join(answer.context["adminform"].form.errors["outline"])
    assert "line 1: DIM has no words" in errors
    assert "line 2: It is indented too far" in errors
    assert tree.reasons.count() == 3


def test_who_may_not_release_or_write_is_told(client, plant):
    tree = drafted(client, plant)
    answer = post(client, plant, "hiroshi", "reasontree_act", tree.pk, verb="release")
    assert "Roles that have it: Quality." in said(answer)[-1]
    assert post(client, plant, "mei", "reasontree_change", tree.pk, outline="A One").status_code == 403
    assert post(client, plant, "mei", "reasontree_act", tree.pk, verb="burn").status_code == 403


def test_a_second_draft_is_refused_in_the_form(client, plant):
    drafted(client, plant)
    answer = post(client, plant, "hiroshi", "reasontree_add", kind="SCRAP", site=plant.site.pk, outline="")
    assert "is a draft already" in str(answer.context["adminform"].form.errors)


def test_an_asset_begins_in_the_store_and_what_it_is_stays(client, plant):
    of_class = wrench_class(plant)
    content = {"site": plant.site.pk, "asset_class": of_class.pk, "code": "TW-7", "name": "Wrench"}
    assert post(client, plant, "hiroshi", "physicalasset_add", **content).status_code == 302
    asset = PhysicalAsset.objects.get()
    assert (asset.station, asset.is_active) == (None, True)
    changed = {"name": "Long wrench", "code": "TW-8", "is_active": "", "cycles": "9"}
    post(client, plant, "hiroshi", "physicalasset_change", asset.pk, **changed)
    asset.refresh_from_db()
    assert (asset.name, asset.code, asset.is_active, asset.cycles) == ("Long wrench", "TW-7", True, 0)


def test_the_page_of_an_asset_leads_to_where_it_is_calibrated_and_placed(client, plant):
    asset = wrench(plant)
    page = open_as(client, plant, "hiroshi", "physicalasset_change", asset.pk)
    assert page.status_code == 200
    assert f'href="{reverse("asset", args=[asset.pk])}"' in page.content.decode()


def test_the_list_shows_life_as_bars_and_is_narrowed_by_calibration(client, plant):
    used(plant, wrench(plant, "TW-1", due=timezone.now().date() - timedelta(days=1)), 400)
    wrench(plant, "TW-2", due=timezone.now().date() + timedelta(days=90))
    page = open_as(client, plant, "ruth", "physicalasset_changelist")
    assert '<progress value="600" max="1000" aria-label="600 of 1,000 cycles"></progress>' in page.content.decode()
    for state, expected in [(CalibrationState.OVERDUE, ["TW-1"]), (CalibrationState.IN_ORDER, ["TW-2"])]:
        listing = open_as(client, plant, "ruth", "physicalasset_changelist", calibration=state)
        assert [asset.code for asset in listing.context["cl"].result_list] == expected


def test_classes_say_how_many_are_in_use_and_keep_their_code(client, plant):
    of_class = wrench(plant).asset_class
    listing = open_as(client, plant, "ruth", "assetclass_changelist")
    assert [one.in_use for one in listing.context["cl"].result_list] == [1]
    content = {"code": "OTHER", "name": "wrench", "kind": "GAUGE", "life_cycles": "10"}
    post(client, plant, "hiroshi", "assetclass_change", of_class.pk, **content)
    kept = AssetClass.objects.get()
    assert (kept.code, kept.kind, kept.life_cycles) == ("TORQUE", "GAUGE", 10)


def test_a_stations_checklist_is_written_on_its_page(client, plant):
    station = plant.stations["30"]
    fields = {name: getattr(station, name) for name in ("code", "name", "idle_lock_s")}
    fields |= {name: getattr(station, name).pk for name in ("site", "work_center", "station_class")}
    rows = {"clearance_items-TOTAL_FORMS": 1, "clearance_items-INITIAL_FORMS": 0}
    rows |= {
        "clearance_items-0-position": 1,
        "clearance_items-0-text": "No parts left",
        "clearance_items-0-is_active": "on",
    }
    answer = post(client, plant, "hiroshi", "station_change", station.pk, is_active="on", **fields, **rows)
    assert answer.status_code == 302, answer.context["errors"]
    assert str(ClearanceItem.objects.get()) == "No parts left"
