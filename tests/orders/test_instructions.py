"""Instructions: written in Markdown, shown safely, read and confirmed by who works by them."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from mes.kernel.gates import Hook, judge
from mes.kernel.personnel.policies import RoleMissing
from orders.actions import drafts, revisions
from orders.actions.instructions import InstructionNotInForce, confirm_instruction
from orders.gates import instruction_read
from orders.instructions import render, sheet_of
from orders.models import Instruction, InstructionConfirmation, InstructionFile, InstructionRevision, Operation
from orders.policies import NotReleasable, warnings_of
from orders.queries import plan_of
from tests.station.pages import StationPage
from wip.policies import BlockedByGates

PIXEL = bytes.fromhex("89504e470d0a1a0a")


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def seam(plant) -> InstructionRevision:
    with plant.door("hiroshi"):
        instruction = Instruction.objects.create(code="seam", name="Close the seam")
        return InstructionRevision.objects.create(
            instruction=instruction, number=1, body="# Seam\n\nPress ![the seam](seam) until it **clicks**.\n"
        )


def with_file(plant, revision, name, suffix, content=PIXEL):
    with plant.door("hiroshi"):
        file = InstructionFile(instruction_revision=revision, name=name)
        file.file.save(f"{name}.{suffix}", ContentFile(content), save=False)
        file.save()
    return file


@pytest.fixture
def asked(plant, seam):
    """A routing whose torque operation asks for the instruction to be confirmed, released after the instruction."""
    plant.approve_and_release(seam)
    with plant.door("hiroshi") as passage:
        draft = drafts.copy_routing_revision(revision=plant.routing, by=passage.person, at=passage.at)
        Operation.objects.filter(routing_revision=draft, code="20").update(
            instruction=seam.instruction, must_confirm_instruction=True
        )
    plant.approve_and_release(draft)
    seam.refresh_from_db()
    return seam


@pytest.mark.django_db
def test_the_text_is_shown_with_its_pictures_and_headings_below_the_page_s_own(plant, seam, media):
    picture = with_file(plant, seam, "seam", "png")
    film = with_file(plant, seam, "film", "mp4")
    sheet = sheet_of(seam)
    assert f'<img src="{picture.file.url}" alt="the seam">' in sheet.body
    assert "<h2>Seam</h2>" in sheet.body
    assert "<strong>clicks</strong>" in sheet.body
    assert (sheet.films, sheet.documents, sheet.unknown) == ((film,), (), ())


@pytest.mark.django_db
def test_a_picture_that_is_not_there_is_named(plant, seam):
    assert sheet_of(seam).unknown == ("seam",)
    assert "It names seam" in warnings_of(seam, on=plant.clock.date())[0].what
    assert "src" not in sheet_of(seam).body


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "![x](https://elsewhere.example/pixel.png)",
        "<iframe src='https://elsewhere.example'></iframe>",
        "`<svg onload=alert(1)>`",
        "[a](<javascript:alert(1)> 'x')",
    ],
)
def test_nothing_in_the_text_can_do_anything(text):
    shown = render(text, {}, [])
    assert "<script" not in shown
    assert "<iframe" not in shown
    assert "<svg" not in shown
    assert 'href="javascript' not in shown
    assert 'href="data' not in shown
    assert "<img src" not in shown
    assert "onerror=alert(1)>" not in shown.replace("&gt;", "")


@given(st.text(alphabet="<>/!()[]`*_# \n\"'=:;&abjscriptonerdtvly", max_size=120))
def test_whatever_is_written_only_known_tags_come_out(text):
    import re

    for tag in re.findall(r"<\s*/?\s*([a-zA-Z][a-zA-Z0-9]*)", render(text, {}, [])):
        assert tag in {
            *("h2", "h3", "h4", "p", "ul", "ol", "li", "strong", "em", "s", "code", "pre", "blockquote", "hr", "br"),
            *("a", "table", "thead", "tbody", "tr", "th", "td", "img"),
        }


@pytest.mark.django_db
@pytest.mark.parametrize(("suffix", "kind"), [("png", "image/png"), ("pdf", "application/pdf"), ("mp4", "video/mp4")])
def test_its_files_are_shown_at_stations_and_to_who_is_logged_in(client, plant, seam, media, suffix, kind):
    url = with_file(plant, seam, "seam", suffix).file.url
    assert client.get(url).status_code == 404
    at_station = StationPage(plant).get(url.removeprefix("/station/"))
    client.force_login(plant.people["hiroshi"])
    at_desk = client.get(url)
    assert (at_station.status_code, at_station["Content-Type"], at_desk.status_code) == (200, kind, 200)
    at_station.close()
    at_desk.close()


@pytest.mark.django_db
def test_of_a_film_a_player_gets_the_part_it_asks_for(client, plant, seam, media):
    url = with_file(plant, seam, "film", "mp4", b"0123456789").file.url
    client.force_login(plant.people["hiroshi"])
    for asked, status, content, told in [
        ("bytes=2-4", 206, b"234", "bytes 2-4/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
    ]:
        part = client.get(url, headers={"range": asked})
        assert (part.status_code, part.content, part["Content-Range"]) == (status, content, told)
    whole = client.get(url, headers={"range": "lines=1-2"})
    assert whole.getvalue() == b"0123456789"


@pytest.mark.django_db
def test_other_uploads_have_no_address_here(client, plant, media):
    (media / "certificates").mkdir()
    (media / "certificates" / "x.png").write_bytes(PIXEL)
    client.force_login(plant.people["hiroshi"])
    assert client.get("/station/pictures/certificates/x.png").status_code == 404
    assert client.get("/station/pictures/instructions/../certificates/x.png").status_code == 404


@pytest.mark.django_db
def test_an_empty_instruction_is_not_approved(plant, seam):
    with plant.door("hiroshi"):
        seam.body = " "
        seam.save()
    with pytest.raises(NotReleasable):
        plant.approve(seam)


@pytest.mark.django_db
def test_a_copy_has_the_text_and_the_files(plant, seam, media):
    with_file(plant, seam, "seam", "png")
    with plant.door("hiroshi") as passage:
        copy = drafts.copy_instruction_revision(revision=seam, by=passage.person, at=passage.at)
    assert (copy.number, copy.body) == (2, seam.body)
    assert [file.name for file in copy.files.all()] == ["seam"]


@pytest.mark.django_db
def test_who_has_not_confirmed_it_does_not_start_and_after_confirming_does(plant, asked):
    unit = plant.unit()
    with pytest.raises(BlockedByGates) as refused:
        plant.start(unit, "20")
    assert "You have not confirmed seam" in str(refused.value.blockers)
    with plant.door("amina") as passage:
        confirm_instruction(revision=asked, by=passage.person, at=passage.at)
    assert plant.start(unit, "20").is_running


@pytest.mark.django_db
def test_a_new_revision_has_to_be_read_by_the_next_order_s_operators(plant, asked):
    first = plant.unit()
    with plant.door("amina") as passage:
        confirm_instruction(revision=asked, by=passage.person, at=passage.at)
    with plant.door("hiroshi") as passage:
        newer = drafts.copy_instruction_revision(revision=asked, by=passage.person, at=passage.at)
    plant.approve_and_release(newer)
    assert plant.start(first, "20").is_running
    with pytest.raises(BlockedByGates):
        plant.start(plant.unit(), "20")


@pytest.mark.django_db
def test_confirming_twice_is_confirming_once(plant, asked):
    for _ in range(2):
        with plant.door("amina") as passage:
            confirmed = confirm_instruction(revision=asked, by=passage.person, at=passage.at)
    assert InstructionConfirmation.objects.get() == confirmed
    assert confirmed.at < plant.clock


@pytest.mark.django_db
def test_only_who_works_confirms_and_only_what_was_released(plant, seam):
    for who, refusal in [("ruth", RoleMissing), ("amina", InstructionNotInForce)]:
        with pytest.raises(refusal), plant.door(who) as passage:
            confirm_instruction(revision=seam, by=passage.person, at=passage.at)


@pytest.mark.django_db
def test_an_order_pins_the_instruction_in_force_on_its_day(plant, asked):
    with plant.door("hiroshi") as passage:
        newer = drafts.copy_instruction_revision(revision=asked, by=passage.person, at=passage.at)
        newer.effective_from = plant.clock.date() + timedelta(days=3)
        newer.save()
    plant.approve_and_release(newer)
    assert plan_of(plant.released()).operation("20").instruction.number == 1
    plant.at(4 * 24 * 3600)
    assert plan_of(plant.released()).operation("20").instruction.number == 2


@pytest.mark.django_db
def test_an_order_is_not_released_while_no_revision_is_in_force(plant, asked):
    with plant.door("mei") as passage:
        revisions.retire(revision=asked, by=passage.person, at=passage.at)
    with pytest.raises(NotReleasable) as refused:
        plant.released()
    assert "No revision of the instruction seam" in refused.value.errors[0].what


@pytest.mark.django_db
def test_who_is_not_asked_costs_no_query_and_who_is_costs_one(plant, asked, django_assert_num_queries):
    from wip.queries import job_for

    unit = plant.fresh(plant.unit())
    plan = plan_of(unit.work_order)
    jobs = {
        code: [job_for(unit, plan.operation(code), station=None, person=plant.people["amina"])] for code in ("10", "20")
    }
    with django_assert_num_queries(0):
        assert judge(jobs["10"], Hook.START, [instruction_read]) == [[]]
    with django_assert_num_queries(1):
        ((verdict,),) = judge(jobs["20"], Hook.START, [instruction_read])
    assert verdict.code == "INSTRUCTION_NOT_READ"


@pytest.mark.django_db
def test_the_page_shows_it_as_the_station_does(client, plant, seam, media):
    with_file(plant, seam, "seam", "png")
    with_file(plant, seam, "sheet", "pdf")
    client.force_login(plant.people["hiroshi"])
    text = client.get(reverse("revision", args=["instruction", seam.pk])).content.decode()
    assert '<article class="instruction">' in text
    assert "sheet (PDF)" in text
