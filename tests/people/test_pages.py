"""The office's pages of people: the matrix, one person, the certificate."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from equipment.models import Area, SiteAccess
from mes.kernel.personnel.models import Person, PersonQualification
from tests.station.pages import StationPage, text

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nCertificate"


@pytest.fixture(autouse=True)
def kept_apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def office(plant, who: str) -> Client:
    client = Client()
    client.force_login(plant.people[who])
    return client


def post(plant, who: str, path: str, **content):
    return office(plant, who).post(path, {"idempotency_key": str(uuid4()), **content})


def grant(plant, who="ines", holder="tomasz", **more):
    given = {"qualification": "torque", "level": "3", "evidence": "Course of 12 May"} | more
    return post(plant, who, f"/people/{holder}/grant/", **given)


def expire(plant, who: str, days: int) -> None:
    today = plant.site.local(timezone.now()).date()
    PersonQualification.objects.filter(person=plant.people[who]).update(expires_date=today + timedelta(days=days))


def cells(answer) -> dict[str, tuple]:
    """Level and standing in the one column, by person."""
    found = {str(person): row[0] for person, row in answer.context["matrix"].rows}
    return {name: (cell.held.level if cell.held else None, cell.standing) for name, cell in found.items()}


def test_the_matrix_shows_levels_and_what_lapses_in_words_and_tone(plant):
    expire(plant, "amina", 400), expire(plant, "tomasz", 30), expire(plant, "ines", -1)
    PersonQualification.objects.filter(person=plant.people["erp"]).update(
        withdrawn_at=timezone.now(), withdrawn_by=plant.people["omar"]
    )
    answer = office(plant, "ruth").get("/qualifications/")
    found = cells(answer)
    assert found["Amina Yusuf"] == (2, "VALID")
    assert found["Tomasz Nowak"] == (2, "EXPIRES_SOON")
    assert found["Ines Carvalho"] == (2, "LAPSED")
    assert found["ERP interface"] == found["Mei-Ling Chen"] == (None, "")
    html = answer.content.decode()
    assert html.count('<td data-tone="alarm">') == html.count('<td data-tone="caution">') == 1
    assert "1 lapsed , 1 within 30 days of it" in text(answer)
    assert "Valid now 2" in text(answer)


@pytest.mark.parametrize(("days", "word"), [(31, "VALID"), (0, "EXPIRES_SOON")])
def test_the_last_day_counts_and_so_do_thirty(plant, days, word):
    expire(plant, "amina", days)
    assert cells(office(plant, "ines").get("/qualifications/"))["Amina Yusuf"] == (2, word)


def test_it_is_filtered_by_name_area_and_site(plant):
    ines = office(plant, "ines")
    assert set(cells(ines.get("/qualifications/?text=nowak"))) == {"Tomasz Nowak"}
    area = Area.objects.create(site=plant.site, code="ASSY", name="Assembly")
    plant.stations["30"].work_center.area = area
    plant.stations["30"].work_center.save()
    StationPage(plant).log_on()
    assert set(cells(ines.get(f"/qualifications/?area={area.pk}"))) == {"Amina Yusuf"}
    for nonsense in ("area=%00&site=%00", "area=x&site=x&page=x&text=%00"):
        assert len(cells(ines.get(f"/qualifications/?{nonsense}"))) == len(plant.people)


def test_people_of_other_sites_and_disabled_ones_are_not_listed(plant):
    SiteAccess.objects.filter(person=plant.people["tomasz"]).update(site=plant.elsewhere)
    Person.objects.filter(username="mei").update(is_active=False)
    ines = office(plant, "ines")
    assert not {"Tomasz Nowak", "Mei-Ling Chen"} & set(cells(ines.get("/qualifications/")))
    assert ines.get("/people/tomasz/").status_code == 404
    assert ines.get("/people/mei/").status_code == 200
    assert grant(plant).status_code == 404


def test_the_number_of_statements_does_not_grow_with_people(plant, django_assert_max_num_queries):
    ines = office(plant, "ines")
    with django_assert_max_num_queries(9):
        ines.get("/qualifications/")


def test_a_supervisor_grants_with_evidence_and_a_certificate(plant):
    answer = grant(plant, certificate=SimpleUploadedFile("c.pdf", PDF))
    assert answer["Location"] == "/people/tomasz/"
    held = plant.people["tomasz"].qualifications.get()
    assert (held.level, held.evidence, held.granted_by) == (3, "Course of 12 May", plant.people["ines"])
    shown = text(office(plant, "ines").get("/people/tomasz/"))
    assert "Tomasz Nowak has Torque tools, level 3." not in shown  # said to who granted it, on their next page
    assert "renewed at level 3" in shown
    file = office(plant, "ruth").get("/people/tomasz/torque/certificate")
    assert b"".join(file.streaming_content) == PDF
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"] == 'attachment; filename="tomasz-torque.pdf"'
    assert "sandbox" in file["Content-Security-Policy"]


def test_a_certificate_is_served_to_nobody_else_and_by_no_other_address(plant):
    grant(plant, certificate=SimpleUploadedFile("c.png", b"\x89PNG\r\n\x1a\n" + b"0" * 99))
    for who, status in [("amina", 403), ("pavel", 403), ("mei", 403)]:
        assert office(plant, who).get("/people/tomasz/torque/certificate").status_code == status
    assert Client().get("/people/tomasz/torque/certificate").status_code == 302
    name = plant.people["tomasz"].qualifications.get().certificate.name
    assert office(plant, "ines").get(f"/station/pictures/{name}").status_code == 404
    assert office(plant, "ines").get("/people/amina/torque/certificate").status_code == 404


def test_a_file_that_is_no_certificate_is_refused_with_what_is_taken(plant):
    answer = grant(plant, certificate=SimpleUploadedFile("c.pdf", b"#!/bin/sh"))
    assert answer.status_code == 422
    assert "It is not a PDF, PNG or JPEG file." in text(answer)


def test_what_is_wrong_in_the_form_is_named(plant):
    answer = grant(plant, level="11", evidence="", qualification="nothing")
    assert answer.status_code == 422
    assert all(label in text(answer) for label in ("Level", "Evidence", "Qualification"))


def test_a_qualification_is_withdrawn_with_a_reason(plant):
    assert post(plant, "ines", "/people/tomasz/torque/withdraw/").status_code == 422
    assert post(plant, "ines", "/people/tomasz/torque/withdraw/", reason="Left the line").status_code == 302
    shown = text(office(plant, "ines").get("/people/tomasz/"))
    assert "Ines Carvalho: Left the line" in shown
    assert "Withdrawn" in shown


def test_the_same_press_twice_grants_once(plant):
    key = str(uuid4())
    for _ in range(2):
        assert grant(plant, idempotency_key=key).status_code == 302
    assert PersonQualification.history.filter(person=plant.people["tomasz"], history_type="~").count() == 1


def test_ones_own_page_says_why_one_cant_grant(plant):
    answer = office(plant, "ines").get("/people/ines/")
    assert "Nobody grants or withdraws their own qualifications." in text(answer)
    assert grant(plant, holder="ines").status_code == 403


def test_who_only_looks_has_no_buttons(plant):
    answer = office(plant, "ruth").get("/people/tomasz/")
    assert "qualifications.grant" in text(answer)
    assert 'data-opens="#withdraw-torque"' not in answer.content.decode()
