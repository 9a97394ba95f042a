"""The board of help calls, and the reasons drawn."""

import pytest

from equipment.actions import help_calls, reasons
from equipment.models import HelpCall
from equipment.topics import help_calls as help_at
from tests.equipment.assets import help_call
from tests.station.pages import text


def test_open_calls_are_shown_live_and_taken_and_done(plant, ines) -> None:
    call = help_call(plant, note="Screws are out")
    page = ines.get("/help-calls/").content.decode()
    assert f'data-topics="{help_at(plant.site.pk)}" hx-get="/help-calls/?part=open"' in page
    part = ines.get("/help-calls/?part=open")
    assert "ST-30 Torque Material ! Called" in text(part)
    assert b"<html" not in part.content
    ines.post(f"/help-calls/{call.pk}/take/")
    assert "Taken by Ines Carvalho" in text(ines.get("/help-calls/?part=open"))
    ines.post(f"/help-calls/{call.pk}/finish/", answer="Brought a box")
    assert "Nobody calls" in text(ines.get("/help-calls/"))
    assert "Brought a box" in text(ines.get("/help-calls/"))


def test_the_second_to_take_it_is_told_who_was_first(plant, ines, desk_of) -> None:
    call = help_call(plant)
    ines.post(f"/help-calls/{call.pk}/take/")
    refused = desk_of("mei").post(f"/help-calls/{call.pk}/take/")
    assert refused.status_code == 409
    assert "Ines Carvalho has taken it" in text(refused)


def test_who_called_ends_it_and_another_operator_is_told_who_may(plant, desk_of) -> None:
    call = help_call(plant)
    assert desk_of("tomasz").post(f"/help-calls/{call.pk}/finish/").status_code == 403
    assert "Roles that have it" in text(desk_of("tomasz").get(f"/help-calls/{call.pk}/"))
    assert desk_of("amina").post(f"/help-calls/{call.pk}/finish/").status_code == 302
    assert HelpCall.objects.get().done_by == plant.people["amina"]
    assert "What was done" not in text(desk_of("amina").get(f"/help-calls/{call.pk}/"))


def test_the_mean_response_is_shown(plant, ines) -> None:
    call = help_call(plant)
    HelpCall.objects.filter(pk=call.pk).update(called_at=plant.at(-3600))
    with plant.door("ines") as passage:
        help_calls.take(call=call, by=passage.person, at=passage.at)
    mean = ines.get("/help-calls/").context["mean"]
    assert mean is None or mean.total_seconds() > 0  # of the last seven days by the wall clock


def test_calls_of_another_site_are_not_there(plant, ines) -> None:
    call = help_call(plant)
    with plant.door("omar"):
        plant.people["ines"].site_access.update(site=plant.elsewhere)
    assert ines.post(f"/help-calls/{call.pk}/take/").status_code == 404
    assert "Nobody calls" in text(ines.get("/help-calls/"))


@pytest.mark.parametrize("count", [1, 4])
def test_the_board_costs_the_same_for_any_number(plant, ines, count, django_assert_num_queries) -> None:
    for kind in ("MATERIAL", "QUALITY", "MAINTENANCE", "SUPERVISOR")[:count]:
        help_call(plant, kind)
    with django_assert_num_queries(6):  # session, person, sites, open ones, those done, the mean
        ines.get("/help-calls/")


def test_released_reasons_and_drafts_are_drawn(plant, desk_of, ines) -> None:
    assert "No reasons yet" in text(ines.get("/reasons/"))
    with plant.door("hiroshi") as passage:
        who = {"by": passage.person, "at": passage.at}
        tree = reasons.draft(site=plant.site, area=None, kind="SCRAP", **who)
        reasons.write(tree=tree, text="DIM Dimension\n  DIM-OD Outer diameter", **who)
    assert "Draft DIM Dimension DIM-OD Outer diameter" in text(ines.get("/reasons/"))
    with plant.door("mei") as passage:
        reasons.release(tree=tree, by=passage.person, at=passage.at)
    assert "Released Mon 23 Nov" in text(ines.get("/reasons/"))
    assert desk_of("amina").get("/reasons/").status_code == 403
