"""Takes the pictures of docs/screenshots from a demo that runs: `make demo` in a fresh home, then `make pictures`.

They show the demo plant's own people and orders, 1280 x 800. The torque of one pump is recorded for it, and no more.
"""

import os
import re
import sys
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.acts import enter, scan
from tests.browser.chromium import CHROMIUM, FLAGS, QUIET

HERE = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
PASSWORD = "plantwright-demo"
ORDERS = """erp_reference,product,quantity,due_at,site,priority
WO-10512,IP2,24,{day},NORTHFIELD,2
WO-10514,TS-150,504,{day},NORTHFIELD,5
WO-10601,IP2,12,{day},NORTHFIELD,4
WO-10602,IP2,,{day},NORTHFIELD,5
WO-10603,TS-15O,200,{day},NORTHFIELD,5
"""
TAGS = b"""code,address,value_type,name,station,quantity_unit,report,deadband
load,holding:1,UINT16,Spindle load,,%,,
coolant,holding:20,FLOAT32,Coolant temperature,ST-110,\xc2\xb0C,DEADBAND,0.5
"""


class Photographer:
    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def take(self, name: str) -> None:
        self.page.wait_for_timeout(4000)  # until what was said of the act before is gone
        self.page.screenshot(path=HERE / f"{name}.png")

    def log_in(self, who: str) -> None:
        self.page.context.clear_cookies(name="sessionid")
        self.go("/login/")
        self.page.fill("[name=username]", who)
        self.page.fill("[name=password]", PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Log out")).to_be_visible()

    def log_on(self, station: str, badge: str, pin: str) -> None:
        """Make this browser the station, and log on there."""
        self.log_in("supervisor")
        self.go("/station/stations/")
        self.page.get_by_role("button", name=re.compile(f"as {station}$")).click()
        expect(self.page.locator(".prompt")).to_contain_text("Scan your badge")
        scan(self.page, badge)
        expect(self.page.locator("#pin")).to_be_focused()
        enter(self.page, pin)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("main.queue")).to_be_visible()

    def begin(self) -> None:
        """Go on with the first card, or start it; take it over where a simulated operator has it."""
        self.page.keyboard.press("F8")
        expect(self.page.locator("main.work")).to_be_visible()
        if self.page.get_by_text("Take over").count():
            self.page.keyboard.press("1")
            expect(self.page.locator(".prompt")).not_to_contain_text("has this job")

    def office(self) -> None:
        self.log_in("supervisor")
        self.go("/")
        self.take("start")
        self.go("/orders/?status=RUNNING&text=IP2")
        self.page.locator("tbody a").nth(0).click()
        self.take("order")
        self.go("/assets/")
        self.take("assets")
        self.go("/board/")
        self.take("board")
        self.go("/batches/")
        self.page.locator("tbody a").nth(0).click()
        self.take("batch")
        self.log_in("planner")
        self.go("/orders/import/")
        day = self.page.evaluate("new Date(Date.now() + 14 * 864e5).toISOString().slice(0, 10)")
        content = ORDERS.format(day=day).encode()
        file = {"name": "week-49.csv", "mimeType": "text/csv", "buffer": content}
        self.page.set_input_files("input[type=file]", file)
        self.page.get_by_role("button", name="Preview").click()
        expect(self.page.locator("h1").first).to_contain_text("week-49.csv")
        self.take("import")

    def machines(self) -> None:
        self.log_in("engineer")
        self.go("/connections/NORTHFIELD/LATHE-110/")
        self.take("connection")
        self.page.set_input_files("#tag-file", {"name": "lathe.csv", "mimeType": "text/csv", "buffer": TAGS})
        self.page.get_by_role("button", name="Preview").click()
        expect(self.page.locator("h1").first).to_contain_text("lathe.csv")
        self.take("connection-tags")
        self.go("/connections/NORTHFIELD/LATHE-110/replay/")
        self.page.get_by_role("button", name="Try it").click()
        expect(self.page.locator("h2").first).to_contain_text("good")
        self.take("connection-replay")
        self.go("/machines/NORTHFIELD/ST-110/?tag=load&period=1h")
        self.take("machine")
        self.page.get_by_role("link", name="Write values").click()
        self.page.get_by_label("wear Wear offset X").fill("-0.02")
        self.page.get_by_label("Reason").fill("Outer diameter 0.02 above the middle")
        self.take("machine-write")

    def torque(self) -> None:
        self.log_on("ST-30", "B-0451", "2580")
        self.take("station-queue")
        self.page.locator("main button.card", has_text="Ready").first.click()
        expect(self.page.locator("main.work")).to_be_visible()
        prompt = self.page.locator(".prompt")
        scan(self.page, "LOT-88097")
        expect(self.page.locator("#refusal .banner")).to_be_visible()
        self.take("station-refused")
        self.page.keyboard.press("Escape")
        scan(self.page, "LOT-88121")
        expect(prompt).to_contain_text("Seat the housing")
        self.page.keyboard.press("1")
        for number, value in ((1, "1.21"), (2, "1.18")):
            expect(prompt).to_contain_text(f"{number} of 6")
            enter(self.page, value)
            self.page.keyboard.press("Enter")
        expect(prompt).to_contain_text("3 of 6")
        enter(self.page, "1.22")
        self.take("station-work")

    def leak_test(self) -> None:
        self.log_on("ST-40", "B-0454", "9753")
        self.begin()
        prompt = self.page.locator(".prompt")
        for begins, keys in (("Clamp", "1"), ("Test pressure", "50.2\n"), ("Leak rate", "0.12\n")):
            if begins in prompt.inner_text():
                self.page.keyboard.type(keys, delay=90)
                expect(prompt).not_to_contain_text(begins)
        self.page.keyboard.press("F8")
        expect(self.page.locator("#complete")).to_be_visible()
        self.take("station-sign")


def main(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS + QUIET)
        for part in (Photographer.torque, Photographer.leak_test, Photographer.office, Photographer.machines):
            page = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light").new_page()
            page.set_default_timeout(10_000)
            part(Photographer(page, url))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else f"http://127.0.0.1:{os.environ.get('MES_PORT', '8000')}")
