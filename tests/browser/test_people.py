"""A supervisor's way with qualifications in a real browser: the matrix, a grant with a certificate, a withdrawal."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from mes.kernel.personnel.models import PersonQualification, Qualification
from tests.browser.test_looks import violations
from tests.browser.test_presence import shot
from tests.plant import PASSWORD

pytestmark = pytest.mark.browser


def fill(plant) -> None:
    """More qualifications, some lapsed and some about to."""
    today = plant.site.local(timezone.now()).date()
    with plant.door("omar") as passage:
        for code, name in (("esd", "ESD handling"), ("solder", "Hand soldering"), ("leak", "Leak test")):
            known = Qualification.objects.create(code=code, name=name)
            for number, who in enumerate(("amina", "tomasz", "hiroshi")):
                PersonQualification.objects.create(
                    person=plant.people[who],
                    qualification=known,
                    level=number + 1,
                    granted_at=passage.at,
                    granted_by=passage.person,
                    evidence="Course of 12 May",
                    expires_date=today + timedelta(days=(400, 12, -20)[number]),
                )


def log_in(page, url: str) -> None:
    page.goto(f"{url}/login/")
    page.fill("[name=username]", "ines")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Qualifications")).to_be_visible()


def test_a_supervisor_grants_and_withdraws(page, committed_plant, plant_server, tmp_path):
    fill(committed_plant)
    log_in(page, plant_server.url)
    page.get_by_role("link", name="Qualifications").click()
    expect(page.locator("td[data-tone=alarm]")).to_have_count(3)
    expect(page.locator("td[data-tone=caution]")).to_have_count(3)
    page.get_by_role("link", name="Tomasz Nowak").click()
    page.get_by_role("button", name="Grant a qualification").click()
    dialog = page.get_by_role("dialog", name="Grant Tomasz Nowak a qualification")
    dialog.get_by_label("Qualification").select_option("esd")
    dialog.get_by_label("Level").fill("3")
    dialog.get_by_label("Evidence").fill("Examined by J. Roe")
    wrong = tmp_path / "wrong.pdf"
    wrong.write_bytes(b"nothing of the kind")
    dialog.get_by_label("Certificate").set_input_files(wrong)
    dialog.get_by_role("button", name="Grant").click()
    expect(dialog.locator("[data-refusal]")).to_contain_text("It is not a PDF, PNG or JPEG file.")
    assert dialog.get_by_label("Evidence").input_value() == "Examined by J. Roe"
    shot(page, "grant-refused")
    right = tmp_path / "right.pdf"
    right.write_bytes(b"%PDF-1.7\nright")
    dialog.get_by_label("Certificate").set_input_files(right)
    dialog.get_by_role("button", name="Grant").click()
    expect(page.locator("main")).to_contain_text("Tomasz Nowak has ESD handling, level 3.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Certificate").click()
    assert download.value.suggested_filename == "tomasz-esd.pdf"
    page.get_by_role("button", name="Withdraw Hand soldering").click()
    dialog = page.get_by_role("dialog", name="Withdraw Hand soldering from Tomasz Nowak")
    dialog.get_by_label("Reason").fill("Works elsewhere now")
    dialog.get_by_role("button", name="Withdraw").click()
    expect(page.locator("main")).to_contain_text("Hand soldering is withdrawn from Tomasz Nowak.")
    expect(page.locator("main")).to_contain_text("Ines Carvalho: Works elsewhere now")


def test_the_pages_hold_to_wcag(chromium, committed_plant, plant_server):
    fill(committed_plant)
    # axe puts its script into the page, which our policy forbids: bypassed here only.
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    log_in(page, plant_server.url)
    found = {}
    for path in ("qualifications/", "people/hiroshi/", "people/ines/"):
        page.goto(f"{plant_server.url}/{path}")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            shot(page, f"{path.strip('/').replace('/', '-')}-{scheme}")
            if broken := violations(page):
                found[path, scheme] = broken
    page.goto(f"{plant_server.url}/qualifications/")
    page.emulate_media(media="print", color_scheme="light")
    shot(page, "qualifications-print")
    context.close()
    assert found == {}
