"""Steps of every kind on the work page: asked one at a time, entered, witnessed, signed, corrected."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from mes.kernel.audit.models import Signature
from tests.kinds import kinds_line
from tests.plant import PIN
from tests.station.pages import StationPage, accepted, is_refused, text
from tests.station.test_step_kinds import BORE, PNG
from wip.models import Reading

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture
def line(plant):
    return kinds_line(plant, start=False)


@pytest.fixture
def page(plant, line):
    page = StationPage(plant, "10")
    page.log_on()
    return page


@pytest.fixture
def work(page, line):
    return page.start(line.unit())


def hidden(response, name: str) -> list[str]:
    return re.findall(rf'type="hidden" name="{name}" value="([^"]*)"', response.content.decode())


def confirm(page, work, shown, **more):
    """Send the second page of a step, as it was shown, with what the people enter."""
    content = {name: hidden(shown, name)[-1] for name in ("step", "sample", "value") if hidden(shown, name)}
    form = shown.content.decode().partition("card across")[2]
    if 'name="meaning"' in form:
        content |= {name: re.search(rf'name="{name}" value="([^"]*)"', form)[1] for name in ("meaning", "digest")}
    return page.post(f"{work}record/", confirmed="yes", **content, **more)


def test_each_kind_is_asked_for_in_its_way(page, work, line, plant):
    shown = text(page.get(work))
    assert "Clean: do it, then press Done." in shown
    assert "only if Leak is FAIL" in shown
    for step, words in (
        ("GAP", "Limits 1.10–1.30 mm Target 1.20 mm"),
        ("BORE", "Bore: enter 5 values in mm."),
        ("LEAK", "PASS 1 FAIL 2"),
        ("HELPER", "scan a badge, or pick a name."),
        ("CURED", "Time in Europe/Vienna."),
        ("PHOTO", "JPEG, PNG or PDF, at most 10 MB."),
    ):
        assert words in text(page.get(f"{work}?step={step}")), step
    assert "Tomasz Nowak" in text(page.get(f"{work}?step=HELPER"))


def test_a_step_that_is_not_asked_is_greyed_with_the_answer_that_decided(page, work):
    page.record(work, "LEAK", "PASS")
    shown = page.get(f"{work}?step=CAUSE")
    assert "Cause not asked: Leak was PASS" in text(shown)
    assert "Clean: do it" in text(shown)
    assert is_refused(page.record(work, "CAUSE", "O-ring"))
    page.record(work, "LEAK", "FAIL", is_correction="yes", reason="Bubbles")
    assert "Cause: type it in" in text(page.get(f"{work}?step=CAUSE"))


def test_a_table_is_entered_in_one_form_and_shown_with_its_points(page, work):
    refused = page.post(f"{work}record/", step="BORE", sample=1, value=[*BORE[:4], "x"])
    assert is_refused(refused, 422)
    assert "Enter value 5 of 5 again." in text(refused)
    answer = page.post(f"{work}record/", step="BORE", sample=1, value=BORE)
    assert accepted(answer) == "Bore: 5 values recorded"
    shown = page.get(f"{work}?step=BORE&sample=2")
    assert shown.content.count(b'class="point"') == 5
    assert "Least 7.995 Mean 8.0018 Greatest 8.009" in text(shown)


def test_a_photo_is_stored_and_shown_to_who_may_see_the_unit_only(page, work, line, plant, client):
    photo = SimpleUploadedFile("seat ñ.png", PNG, "image/png")
    answer = page.post(f"{work}record/", step="PHOTO", sample=1, file=photo)
    assert accepted(answer) == "Photo recorded"
    reading = Reading.objects.get(step_code="PHOTO")
    assert reading.name == "seat ñ.png"
    served = page.get(f"files/{reading.value}")
    assert (served["Content-Type"], b"".join(served.streaming_content)) == ("image/png", PNG)
    assert served["Content-Security-Policy"] == "default-src 'none'; sandbox"
    url = f"/station/files/{reading.value}"
    assert client.get(url).status_code == 404
    client.force_login(plant.people["ruth"])
    allowed = client.get(url)
    assert b"".join(allowed.streaming_content) == PNG
    plant.people["ruth"].site_access.all().update(site=plant.elsewhere)
    assert client.get(url).status_code == 404
    page.post("log-off/", jobs="leave")
    assert page.get(f"files/{reading.value}").status_code == 404


def test_what_is_no_picture_is_refused_and_nothing_is_recorded(page, work):
    script = SimpleUploadedFile("seat.png", b"<script>", "image/png")
    assert is_refused(page.post(f"{work}record/", step="PHOTO", sample=1, file=script), 422)
    assert is_refused(page.post(f"{work}record/", step="PHOTO", sample=1), 422)
    assert not Reading.objects.exists()


def test_the_same_press_with_another_file_is_not_the_same_press(page, work):
    key = "0198c0de-0000-7000-8000-000000000014"
    one, other = (SimpleUploadedFile("a.png", PNG + more) for more in (b"1", b"2"))
    assert page.post(f"{work}record/", key=key, step="PHOTO", sample=1, file=one).status_code == 200
    assert is_refused(page.post(f"{work}record/", key=key, step="PHOTO", sample=1, file=other), 422)


def test_a_badge_answers_a_step_for_a_person_and_logs_on_otherwise(page, work, plant):
    execution = work.split("/")[1]
    answer = page.scan("B-0452", execution=execution, step="HELPER", sample=1)
    assert accepted(answer) == "Tomasz Nowak recorded"
    assert Reading.objects.get(step_code="HELPER").value == "tomasz"
    for step in ("HELPER", "GAP"):
        assert "Tomasz Nowak, enter your PIN." in text(page.scan("B-0452", execution=execution, step=step, sample=1))


def test_on_a_locked_page_a_badge_asks_for_its_pin_and_answers_no_step(page, work, time_machine_at):
    time_machine_at(timezone.now() + timedelta(seconds=page.station.idle_lock_s + 5))
    answer = page.scan("B-0452", execution=work.split("/")[1], step="HELPER", sample=1)
    assert "Tomasz Nowak, enter your PIN." in text(answer)
    assert not Reading.objects.exists()


def test_the_same_badge_scan_twice_names_the_person_once(page, work):
    key, execution = "0198c0de-0000-7000-8000-000000000015", work.split("/")[1]
    first, second = (page.scan("B-0452", key=key, execution=execution, step="HELPER", sample=1) for _ in range(2))
    assert accepted(first) == accepted(second)
    assert Reading.objects.filter(step_code="HELPER").count() == 1


def test_a_time_is_shown_in_the_zone_of_the_site(page, work):
    page.record(work, "CURED", "2026-11-23T09:30")
    assert Reading.objects.get(step_code="CURED").value == "2026-11-23T08:30:00Z"
    assert "23 Nov 2026 09:30" in page.get(f"{work}?step=CURED").content.decode()


class TestWitness:
    def test_a_second_person_confirms_what_is_shown(self, page, work, plant):
        shown = page.record(work, "SEAL", "yes")
        assert "a second person looks at it and confirms with badge and PIN." in text(shown)
        assert not Reading.objects.exists()
        answer = confirm(page, work, shown, witness_badge="B-0452", witness_pin=PIN)
        assert accepted(answer) == "yes recorded"
        assert Reading.objects.get().witnessed_by == plant.people["tomasz"]
        assert "Witness Tomasz Nowak" in text(page.get(f"{work}?step=SEAL"))

    def test_with_a_wrong_pin_or_their_own_badge_nothing_is_recorded(self, page, work):
        shown = page.record(work, "SEAL", "yes")
        assert is_refused(confirm(page, work, shown, witness_badge="B-0452", witness_pin="0000"), 403)
        assert is_refused(confirm(page, work, shown, witness_badge="B-0451", witness_pin=PIN))
        assert is_refused(confirm(page, work, shown, witness_badge="B-9999", witness_pin=PIN), 404)
        assert is_refused(confirm(page, work, shown), 422)
        assert not Reading.objects.exists()

    def test_the_pin_of_a_witness_is_no_part_of_what_is_compared(self, page, work):
        shown, key = page.record(work, "SEAL", "yes"), "0198c0de-0000-7000-8000-000000000016"
        for _ in range(2):
            answer = confirm(page, work, shown, key=key, witness_badge="B-0452", witness_pin=PIN)
            assert accepted(answer) == "yes recorded"
        assert Reading.objects.count() == 1


class TestSignature:
    def test_the_value_is_shown_with_its_digest_and_signed_with_the_pin(self, page, work, line):
        shown = page.record(work, "WEIGHT", "12,5")
        assert "read it, then sign with your PIN." in text(shown)
        assert "Weight 12.5 g" in text(shown)
        assert accepted(confirm(page, work, shown, pin=PIN)) == "12.5 recorded"
        signature = Signature.objects.get(record=line.execution().pk)
        assert f"Digest {signature.digest_groups}" in text(shown)
        assert signature.digest_groups in text(page.get(f"{work}?step=WEIGHT"))

    def test_another_value_than_the_one_shown_voids_it(self, page, work):
        shown = page.record(work, "WEIGHT", "12.5")
        shown.content = shown.content.replace(b'name="value" value="12.5"', b'name="value" value="12.6"')
        assert is_refused(confirm(page, work, shown, pin=PIN))
        assert not Reading.objects.exists()

    def test_without_the_pin_it_is_refused(self, page, work):
        shown = page.record(work, "WEIGHT", "12.5")
        assert is_refused(confirm(page, work, shown), 403)

    def test_it_can_be_changed_before_it_is_signed(self, page, work):
        page.record(work, "WEIGHT", "12.5")
        back = page.post(f"{work}record/", step="WEIGHT", sample=1, value="12.5", confirmed="yes", change="yes")
        assert 'value="12.5"' in back.content.decode()
        assert "Sign and record" not in text(back)


def test_the_unit_page_shows_every_kind(page, work, line, plant, client):
    line.give(*[])
    page.post(f"{work}record/", step="BORE", sample=1, value=BORE)
    page.record(work, "BORE", "8.002", 2, is_correction="yes", reason="Probe slipped")
    page.post(f"{work}record/", step="PHOTO", sample=1, file=SimpleUploadedFile("seat.png", PNG))
    confirm(page, work, page.record(work, "SEAL", "yes"), witness_badge="B-0452", witness_pin=PIN)
    confirm(page, work, page.record(work, "WEIGHT", "12.5"), pin=PIN)
    page.record(work, "HELPER", "tomasz")
    client.force_login(plant.people["ruth"])
    shown = client.get(f"/units/{line.serial}/")
    assert shown.content.count(b'class="point"') == 5
    assert b'<img src="/station/files/' in shown.content
    words = text(shown)
    assert "Witness Tomasz Nowak" in words
    assert "Signed Amina Yusuf" in words
    assert "Probe slipped" in words
