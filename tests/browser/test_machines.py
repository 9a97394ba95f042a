"""The pages of machines and connections with a day of states, values and events: WCAG, and no way sideways."""

import pytest
from playwright.sync_api import Browser

from tests.browser.test_every_page import SHAPES, SIDEWAYS, log_in
from tests.browser.test_looks import violations
from tests.machines import a_day, a_machine
from tests.plant import Plant

pytestmark = pytest.mark.browser

PAGES = ("/machines/", "/machines/NF/ST-20/?tag=PRESSURE", "/connections/NF/PLC-1/", "/connections/NF/PLC-1/tags/")
PAGES += ("/connections/NF/PLC-1/replay/?tag=state:ST-20&since=2020-01-01T10:00&until=2020-01-01T20:00",)


@pytest.mark.parametrize(("theme", "width", "height"), SHAPES)
def test_machines_hold_to_wcag_and_fit(
    chromium: Browser, committed_plant: Plant, plant_server, theme: str, width: int, height: int
) -> None:
    a_day(a_machine(committed_plant.stations["20"]))
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, bypass_csp=True, reduced_motion="reduce"
    )
    page = context.new_page()
    log_in(context, committed_plant, "engineer", plant_server.url)
    wrong = []
    for path in PAGES:
        assert page.goto(plant_server.url + path).ok
        wrong += [f"{path}: {broken}" for broken in violations(page)]
        wrong += [f"{path}: too wide"] if page.evaluate(SIDEWAYS) else []
    context.close()
    assert not wrong, "\n".join(wrong)
