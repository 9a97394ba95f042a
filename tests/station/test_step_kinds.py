"""Recording values of every kind, by the verb."""

import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from equipment.models import SiteAccess
from mes.kernel.audit.models import Signature
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import InvalidInput, Refusal
from mes.kernel.stored_files import FileAltered, store, stored, stored_file_response
from mes.station.actions.given import Completion, Given
from tests.kinds import DIGEST, kinds_line
from wip.models import Reading
from wip.policies import BlockedByGates

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 10
BORE = ["8.000", "8.001", "7.995", "8.009", "8.004"]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def line(plant):
    return kinds_line(plant)


def a_photo(content: bytes = PNG) -> str:
    return store(SimpleUploadedFile("seat.png", content)).digest


class TestKinds:
    def test_a_task_is_done(self, line):
        assert line.record("CLEAN", "done").value == "done"

    def test_a_number_is_kept_and_judged_with_its_places(self, line):
        reading = line.record("GAP", "1,1")
        assert (reading.value, reading.places, reading.is_within_limits) == ("1.10", 2, True)
        beyond = line.record("GAP", "1.4", reason="Read again")
        assert beyond.beyond == "above 1.30"

    def test_a_number_finer_than_its_places_is_refused(self, line):
        with pytest.raises(InvalidInput, match="more than 2 decimal places"):
            line.record("GAP", "1.205")

    def test_a_choice_is_one_of_the_list(self, line):
        assert line.record("LEAK", "PASS").value == "PASS"
        with pytest.raises(InvalidInput, match="is no choice of Leak: it is one of PASS, FAIL"):
            line.record("LEAK", "pass", reason="Small")

    def test_a_person_is_kept_by_user_name_with_the_name_as_it_was(self, line, plant):
        reading = line.record("HELPER", "tomasz")
        assert (reading.value, reading.name, reading.shown) == ("tomasz", "Tomasz Nowak", "Tomasz Nowak")

    def test_a_person_without_access_to_the_site_or_disabled_is_refused(self, line, plant):
        with plant.door("omar"):
            away = Person.objects.create(username="away", full_name="Away", roles=["operator"])
            SiteAccess.objects.create(person=away, site=plant.elsewhere)
            Person.objects.filter(username="tomasz").update(is_active=False)
        for name in ("away", "tomasz", "nobody"):
            with pytest.raises(InvalidInput, match="nobody with access"):
                line.record("HELPER", name)

    def test_a_time_is_now_by_the_server_or_local_at_the_site(self, line, plant):
        assert line.record("CURED", "now").moment == plant.clock.replace(microsecond=0)
        reading = line.record("CURED", "2026-11-23T09:30", reason="It was before")
        assert reading.value == "2026-11-23T08:30:00Z"  # Vienna, winter
        assert line.record("CURED", "2026-07-01 09:30+00:00", reason="x").moment == datetime(
            2026, 7, 1, 9, 30, tzinfo=UTC
        )

    @pytest.mark.parametrize(
        ("value", "sentence"),
        [
            ("2026-03-29T02:30", "There was no 02:30 on 29 Mar 2026"),
            ("2026-10-25T02:30", "02:30 was twice on 25 Oct 2026"),
            ("yesterday", "is not a date and time"),
            ("2026-13-01T00:00", "is not a date and time"),
            ("0001-01-01T00:00", "The year 1 "),
        ],
    )
    def test_a_time_that_was_not_or_was_twice_is_refused_with_words(self, line, value, sentence):
        with pytest.raises(InvalidInput, match=sentence):
            line.record("CURED", value)

    def test_a_file_is_kept_by_its_digest_with_a_name_that_fits_its_content(self, line):
        reading = line.record("PHOTO", f"{a_photo()} seat.pdf")
        assert (reading.value, reading.name) == (hashlib.sha256(PNG).hexdigest(), "seat.png")
        assert reading.is_picture

    def test_a_file_that_is_not_stored_is_refused(self, line):
        with pytest.raises(InvalidInput, match="No file of the digest"):
            line.record("PHOTO", DIGEST)

    def test_a_table_is_one_insert_of_a_reading_each(self, line):
        with CaptureQueriesContext(connection) as sent:
            line.give(Given("BORE", BORE))
        assert len([query for query in sent if 'INTO "wip_reading"' in query["sql"]]) == 1
        values = Reading.objects.filter(step_code="BORE").order_by("sample").values_list("value", flat=True)
        assert list(values) == BORE

    def test_a_table_is_given_whole_and_each_wrong_value_is_named(self, line):
        with pytest.raises(InvalidInput, match="5 values that are entered together, not 4"):
            line.record("BORE", BORE[:4])
        with pytest.raises(InvalidInput, match="5 values that are entered together"):
            line.record("BORE", "8.000", sample=2)
        with pytest.raises(InvalidInput) as refused:
            line.record("BORE", ["8", "x", "8", "", "8"])
        assert [error.where for error in refused.value.errors] == ["BORE.2", "BORE.4"]

    def test_a_table_can_be_pasted_and_one_value_of_it_corrected(self, line):
        line.give(Given("BORE", "8 8\n8,001;8\t8.020"))
        assert line.record("BORE", "8.002", sample=5, reason="Probe touched twice").corrects.value == "8.020"
        assert line.value("BORE", 3).value == "8.001"


class TestConditions:
    def fill(self, line, *leave_out):
        """Everything but what is left out."""
        board = line.plant.a_board()
        values = [
            Given("CLEAN", True),
            Given("LOOK", True),
            Given("GAP", "1.2"),
            Given("BORE", BORE),
            Given("HELPER", "tomasz"),
            Given("CURED", "now"),
            Given("PHOTO", a_photo()),
            Given("BOARD", board),
            Given("SEAL", True, witness=line.plant.people["tomasz"]),
            Given("WEIGHT", "12.5", signing=line.signing()),
        ]
        line.give(*(one for one in values if one.step_code not in leave_out))

    def test_a_step_whose_condition_does_not_hold_is_neither_asked_nor_required(self, line):
        self.fill(line)
        line.give(Given("LEAK", "PASS"))
        with pytest.raises(Refusal, match=r"Cause is not asked here\. Not asked: Leak was PASS\.") as refused:
            line.record("CAUSE", "O-ring")
        assert refused.value.code == "STEP_NOT_ASKED"
        assert line.give(completion=Completion()).quantity_good == 1

    def test_before_the_answer_it_is_not_asked_yet(self, line):
        with pytest.raises(Refusal, match="Only if Leak is FAIL"):
            line.record("CAUSE", "O-ring")

    def test_an_answer_that_makes_it_true_asks_for_it_in_the_same_request_too(self, line):
        self.fill(line)
        line.give(Given("LEAK", "FAIL"), Given("CAUSE", "O-ring"))
        assert line.give(completion=Completion()).quantity_good == 1

    def test_a_correction_asks_for_it_again_and_takes_it_back(self, line):
        self.fill(line)
        line.give(Given("LEAK", "PASS"))
        line.give(Given("LEAK", "FAIL", reason="Bubbles"))
        with pytest.raises(BlockedByGates) as refused:
            line.give(completion=Completion())
        assert refused.value.evidence == {"steps": ["CAUSE.1"]}
        line.record("CAUSE", "O-ring")
        line.give(Given("LEAK", "PASS", reason="It was the fixture"))
        assert line.give(completion=Completion()).quantity_good == 1
        assert Reading.objects.get(step_code="CAUSE").value == "O-ring"

    def test_a_value_out_of_limits_of_a_step_that_is_not_asked_stops_nothing(self, line):
        self.fill(line)
        line.give(Given("LEAK", "PASS"))
        assert "CAUSE" not in {one.step_code for one in Reading.objects.all()}


class TestWitness:
    def test_a_step_that_asks_for_a_witness_is_refused_without_one(self, line):
        with pytest.raises(Refusal, match="witnessed by a second person") as refused:
            line.record("SEAL", "yes")
        assert refused.value.status == 422

    def test_the_witness_stands_beside_the_value(self, line, plant):
        reading = line.record("SEAL", "yes", witness=plant.people["tomasz"])
        assert (reading.witnessed_by, reading.witnessed_at) == (plant.people["tomasz"], reading.at)

    def test_nobody_witnesses_their_own_value(self, line, plant):
        with pytest.raises(Refusal, match="can't witness it as well"):
            line.record("SEAL", "yes", witness=plant.people["amina"])

    def test_not_by_the_database_either(self, line, plant):
        reading = line.record("LOOK", "yes")
        reading.pk, reading.step_code, reading.witnessed_by, reading.witnessed_at = uuid4(), "X", reading.by, reading.at
        with pytest.raises(IntegrityError, match="reading_witness_is_another"), transaction.atomic():
            reading.save(force_insert=True)

    def test_a_witness_needs_the_right_to_work_and_the_site(self, line, plant):
        with pytest.raises(Refusal, match=r"needs the permission operations\.work"):
            line.record("SEAL", "yes", witness=plant.people["ruth"])

    def test_a_witness_needs_the_qualifications_of_the_operation(self, plant):
        line = kinds_line(plant, qualified=True)
        with plant.door("omar"):
            tomasz = plant.people["tomasz"]
            tomasz.qualifications.update(expires_date="2026-01-01")
        with pytest.raises(Refusal, match="Torque tools") as refused:
            line.record("SEAL", "yes", witness=tomasz)
        assert refused.value.code == "WITNESS_REFUSED"
        assert line.record("SEAL", "yes", witness=plant.people["ines"]).witnessed_by.username == "ines"

    def test_a_witness_that_nobody_asks_for_is_refused(self, line, plant):
        with pytest.raises(InvalidInput, match="asks for no witness"):
            line.record("LOOK", "yes", witness=plant.people["tomasz"])


class TestSignature:
    def test_a_step_that_asks_for_a_signature_is_refused_without_one(self, line):
        with pytest.raises(Refusal, match="recorded with your signature"):
            line.record("WEIGHT", "12.5")

    def test_the_signature_is_bound_to_the_value_as_shown(self, line):
        reading = line.record("WEIGHT", "12.5", signing=line.signing())
        signature = Signature.objects.get(record=line.execution().pk)
        assert reading.signature == signature
        assert signature.content["shown"]["readings"] == [
            {"step": "WEIGHT", "sample": 1, "value": "12.5", "unit": "g", "within_limits": True}
        ]

    def test_a_correction_is_signed_again_also_back_to_the_same_value(self, line):
        for value, reason in (("12.5", ""), ("12.6", "Tare"), ("12.5", "Tare"), ("12.6", "Tare"), ("12.5", "Tare")):
            line.record("WEIGHT", value, reason=reason, signing=line.signing())
        assert Signature.objects.filter(record=line.execution().pk).count() == 5

    def test_one_that_nobody_asks_for_is_refused(self, line):
        with pytest.raises(InvalidInput, match="asks for no signature"):
            line.record("LOOK", "yes", signing=line.signing())


class TestStoredFiles:
    def test_one_content_is_one_file(self, media):
        assert a_photo() == a_photo()
        assert len([path for path in media.rglob("*") if path.is_file()]) == 1

    @pytest.mark.parametrize("content", [b"", b"#!/bin/sh", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a"])
    def test_what_is_no_pdf_png_or_jpeg_by_its_content_is_refused(self, content, media):
        with pytest.raises(InvalidInput, match="can't be taken"):
            store(SimpleUploadedFile("photo.png", content))
        assert not list(media.rglob("uploads/*/*"))

    def test_one_that_is_too_large_is_refused(self):
        with pytest.raises(InvalidInput) as refused:
            a_photo(PNG + b"0" * 10 * 1024 * 1024)
        assert "the most is 10 MB" in refused.value.errors[0].what

    def test_one_that_was_altered_is_not_served(self, media):
        digest = a_photo()
        (path,) = (path for path in media.rglob("*") if path.is_file())
        path.write_bytes(PNG + b"!")
        with pytest.raises(FileAltered):
            stored_file_response(digest, "seat.png")
        assert stored("f" * 64) is None


def test_numbers_are_as_they_were_given(line):
    assert line.record("GAP", Decimal("1.2")).number == Decimal("1.2")
