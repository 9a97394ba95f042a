"""Receiving, labels, certificates and stock, as the office sees them."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from genealogy.models import Delivery, Unit
from genealogy.status import UnitStatus
from mes.kernel.audit.models import Signature
from tests.genealogy.lots import quarantined, signing, stage, supplier, take_in
from tests.holds import lift, place
from tests.plant import NOW, PASSWORD
from tests.station.pages import text

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 certificate 3.1"


@pytest.fixture(autouse=True)
def today(settings, tmp_path):
    """The plant's day; files that are uploaded are kept apart."""
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def mei(desk_of):
    """Quality's browser."""
    return desk_of("mei")


def delivery(plant, **more):
    return {
        "product": "m3x8",
        "quantity": "2500",
        "supplier": supplier(plant).pk,
        "supplier_lot": "B-77",
        "certificate_number": "3.1-5521",
        "expires_date": "2027-01-31",
        "site": plant.site.pk,
    } | more


def test_a_lot_is_received_from_the_form_and_its_label_is_shown(plant, ines):
    answer = ines.post("/stock/receive/", **delivery(plant, certificate=SimpleUploadedFile("x.exe", PDF)))
    lot = Unit.objects.get()
    assert answer["Location"] == f"/stock/{lot}/label/"
    assert (lot.serial, lot.quantity, lot.expires_date.isoformat()) == ("M3X8-000001", 2500, "2027-01-31")
    page = ines.get(answer["Location"])
    assert "is received." in text(page)
    assert 'aria-label="M3X8-000001"' in page.content.decode()
    paper = ines.get(f"/stock/{lot}/certificate/")
    assert b"".join(paper.streaming_content) == PDF
    assert paper["Content-Disposition"] == 'attachment; filename="M3X8-000001-certificate.pdf"'


def test_the_suppliers_label_fills_the_form(ines):
    page = ines.get("/stock/receive/", query_params={"code": "0109521234543213172701311" + "0AB-12"})
    words = page.content.decode()
    assert re.search(r'name="supplier_lot"[^>]*value="AB-12"|value="AB-12"[^>]*name="supplier_lot"', words)
    assert re.search(r'value="2027-01-31"', words)
    assert "09521234543213" in text(page)


def test_what_was_entered_stays_when_a_label_is_scanned(plant, ines):
    entered = {"product": "m3x8", "quantity": "2500", "certificate_number": "3.1-5521", "supplier_lot": "wrong"}
    words = ines.get("/stock/receive/", query_params=entered | {"code": "]C110AB-12"}).content.decode()
    for value in ("m3x8", "2500", "3.1-5521", "AB-12"):
        assert f'value="{value}"' in words
    assert "wrong" not in words


def test_a_held_lot_says_so_wherever_it_lies(plant, ines):
    take_in(plant)
    lot = Unit.objects.get()
    hold = place(plant, unit=lot)
    assert hold.number in text(ines.get("/stock/?show=store"))
    assert hold.number in text(ines.get("/stock/receive/"))
    stage(plant, lot)
    assert hold.number in text(ines.get("/stock/"))
    lift(plant, hold)
    assert hold.number not in text(ines.get("/stock/"))


def test_the_raw_scan_is_kept(plant, ines):
    ines.post("/stock/receive/", **delivery(plant, label="]C110AB\x1d17270131"))
    assert Delivery.objects.get().label == "]C110AB\x1d17270131"


def test_a_label_that_was_misread_is_refused_and_one_with_strange_characters_is_not(ines):
    assert ines.get("/stock/receive/", query_params={"code": "010952123454321417270131"}).status_code == 422
    assert ines.get("/stock/receive/", query_params={"code": "Grö\0ße <b>"}).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"product": "NONE"}, "There is no product NONE in use."),
        ({"quantity": "ten"}, "is not a number"),
        ({"quantity": "0"}, "The quantity is more than 0."),
        ({"revision": "Z"}, "M3X8 has no revision Z."),
        ({"expires_date": "2026-02-31"}, "valid date"),
        ({"expires_date": "2026-11-01"}, "It expired on 2026-11-01."),
        ({"supplier": "nobody"}, "not a valid UUID"),
        ({"product": "PCB-7", "quantity": "1"}, "A unit needs its serial number."),
    ],
)
def test_wrong_input_is_named_and_nothing_is_received(plant, ines, wrong, said):
    answer = ines.post("/stock/receive/", **delivery(plant, **wrong))
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Unit.objects.exists()


def test_a_repeated_press_receives_once(plant, ines):
    form = delivery(plant)
    answers = [ines.post("/stock/receive/", key="the-same-key", **form) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Unit.objects.count() == 1


def test_another_site_is_not_received_for_and_not_looked_into(plant, ines):
    assert ines.post("/stock/receive/", **delivery(plant, site=plant.elsewhere.pk)).status_code == 422
    with plant.door("omar"):
        plant.people["ines"].site_access.create(site=plant.elsewhere)
    take_in(plant, site=plant.elsewhere)
    with plant.door("omar"):
        plant.people["ines"].site_access.filter(site=plant.elsewhere).delete()
    for page in ("label", "certificate"):
        assert ines.get(f"/stock/LOT-1/{page}/").status_code == 404
    assert "LOT-1" not in text(ines.get("/stock/", query_params={"show": "store"}))


def test_quality_releases_with_a_signature_bound_to_what_the_page_shows(plant, mei):
    lot = take_in(plant, quarantined(plant, plant.screws), supplier=supplier(plant), supplier_lot="B-77")
    page = mei.get("/stock/", query_params={"show": "quarantine"}).content.decode()
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)[1]
    assert digest == signing(plant, lot).digest
    answer = mei.post("/stock/LOT-1/release/", reason="Measured", password=PASSWORD, digest=digest)
    assert answer["Location"] == "/stock/?show=quarantine"
    assert Unit.objects.get().status == UnitStatus.FINISHED
    assert Signature.objects.get(record_table="genealogy_unit").shown_digest == digest
    assert "Measured" in text(mei.get("/units/LOT-1/"))


def test_a_wrong_password_or_an_old_page_releases_nothing(plant, mei):
    lot = take_in(plant, quarantined(plant, plant.screws))
    digest = signing(plant, lot).digest
    wrong = mei.post("/stock/LOT-1/release/", reason="Measured", password="guess", digest=digest)
    old = mei.post("/stock/LOT-1/release/", reason="Measured", password=PASSWORD, digest="0" * 64)
    assert (wrong.status_code, old.status_code) == (403, 409)
    assert Unit.objects.get().status == UnitStatus.QUARANTINED


def test_quality_rejects_and_others_are_told_why_they_may_not(plant, mei, ines):
    take_in(plant, quarantined(plant, plant.screws))
    assert ines.post("/stock/LOT-1/reject/", reason="Bent").status_code == 403
    assert "it needs the permission lots.release" in text(ines.get("/stock/", query_params={"show": "quarantine"}))
    mei.post("/stock/LOT-1/reject/", reason="Bent")
    assert Unit.objects.get().status == UnitStatus.SCRAPPED


def test_quality_sends_a_lot_back_from_quarantine_or_store(plant, mei, ines):
    take_in(plant, serial="LOT-1")
    take_in(plant, quarantined(plant, plant.screws), serial="LOT-2")
    for serial, shown in (("LOT-1", "store"), ("LOT-2", "quarantine")):
        page = f"/stock/?show={shown}"
        assert f"Return {serial} to its supplier" in mei.get(page).content.decode()
        assert "to its supplier" not in ines.get(page).content.decode()
        answer = mei.post(f"/stock/{serial}/return/", reason="Wrong plating")
        assert answer["Location"] == page
        assert Unit.objects.get(serial=serial).status == UnitStatus.RETURNED
        assert "returned to the supplier" in text(mei.get(f"/units/{serial}/"))


def test_what_is_at_the_line_is_shown_by_station_first_expiry_first_in_words(plant, ines):
    for serial, days in (("LATER", 90), ("SOON", 3), ("TODAY", 0)):
        stage(plant, take_in(plant, serial=serial, expires=NOW.date() + timedelta(days=days)))
    stage(plant, take_in(plant, serial="KEEPS"))
    words = text(ines.get("/stock/"))
    places = [words.index(serial) for serial in ("ST-30", "TODAY", "SOON", "LATER", "KEEPS")]
    assert places == sorted(places)
    assert "Expires today" in words
    assert "Expires in 3 d" in words
    with time_machine.travel(NOW + timedelta(days=2)):
        assert "Expired 23 Nov 2026" in text(ines.get("/stock/"))


def test_a_lot_is_staged_and_taken_back_from_the_office(plant, ines):
    take_in(plant)
    ines.post("/stock/stage/", serial="LOT-1", station=plant.stations["30"].pk)
    assert Unit.objects.get().station == plant.stations["30"]
    assert "Staged" in text(ines.get("/units/LOT-1/"))
    ines.post("/stock/LOT-1/unstage/")
    assert Unit.objects.get().station is None
    assert "LOT-1" in text(ines.get("/stock/", query_params={"show": "store"}))


@pytest.mark.parametrize("show", ["line", "quarantine", "store"])
def test_a_long_list_costs_as_many_queries_as_a_short_one(plant, ines, show, django_assert_max_num_queries):
    if show == "quarantine":
        quarantined(plant, plant.screws)
    for number in range(12):
        lot = take_in(plant, serial=f"LOT-{number}", supplier_lot="B-77")
        if show == "line":
            stage(plant, lot)
    with django_assert_max_num_queries(8):
        assert "LOT-11" in text(ines.get("/stock/", query_params={"show": show}))
