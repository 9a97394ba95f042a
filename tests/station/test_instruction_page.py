"""Reading an instruction at the station: before work where it has to be confirmed, beside the steps while one works."""

import pytest
from django.core.files.base import ContentFile

from mes.station.actions.operations import planned_operation
from orders.models import Instruction, InstructionConfirmation, InstructionFile, InstructionRevision
from tests.kinds import kinds_line
from tests.station.pages import StationPage, accepted, is_refused, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(plant, settings, tmp_path):
    """The valve's operation asks for an instruction to be read: Amina has not."""
    settings.MEDIA_ROOT = str(tmp_path)
    with plant.door("hiroshi"):
        revision = InstructionRevision.objects.create(
            instruction=Instruction.objects.create(code="WI-7", name="Seat the valve"),
            number=1,
            body="# Seat\n\nTurn it **twice**.",
        )
        file = ContentFile(b"%PDF-1.7", "plan.pdf")
        InstructionFile.objects.create(instruction_revision=revision, name="plan", caption="Plan", file=file)
    plant.approve_and_release(revision)
    return kinds_line(plant, start=False, instruction=revision.instruction)


@pytest.fixture
def page(plant, line):
    page = StationPage(plant, "10")
    page.log_on()
    return page


def plan_of_instruction(line):
    return planned_operation(line.unit(), "10").instruction


def test_start_scan_and_why_lead_to_the_instruction_until_it_is_confirmed(page, line, plant):
    revision = plan_of_instruction(line).revision_id
    for answer in (
        page.post("start/", unit=line.serial, operation="10"),
        page.scan(line.serial),
        page.get(f"why/?unit={line.serial}&operation=10", htmx=True),
    ):
        assert "New to you: read it." in text(answer)
        assert "<strong>twice</strong>" in answer.content.decode()
    assert accepted(page.post(f"instructions/{revision}/confirm/")) == "WI-7, revision 1 confirmed"
    assert InstructionConfirmation.objects.get().by == plant.people["amina"]
    assert "You have confirmed it." in text(page.get(f"instructions/{revision}/"))
    assert page.post("start/", unit=line.serial, operation="10").status_code == 200


def test_while_one_works_it_stands_beside_the_steps_with_its_documents(page, line):
    page.post(f"instructions/{plan_of_instruction(line).revision_id}/confirm/")
    work = page.start(line.unit())
    shown = page.get(f"{work}?step=LOOK").content.decode()
    assert shown.count("<strong>twice</strong>") == 2  # in place of the step's own, and in its dialog
    assert '<dialog class="dialog" id="document-plan"' in shown
    assert 'title="Plan"></iframe>' in shown
    assert page.get(f"{work}?step=CLEAN").content.decode().count("<strong>twice</strong>") == 1


def test_who_takes_the_job_over_reads_it_first(page, line):
    page.post(f"instructions/{plan_of_instruction(line).revision_id}/confirm/")
    work = page.start(line.unit())
    page.log_on("tomasz")
    assert "New to you: read it." in text(page.post(f"{work}take-over/"))
    page.post(f"instructions/{plan_of_instruction(line).revision_id}/confirm/")
    assert accepted(page.post(f"{work}take-over/")).endswith("is yours now")


def test_the_same_press_twice_confirms_once_and_a_draft_is_not_shown(page, line, plant):
    revision, key = plan_of_instruction(line).revision_id, "0198c0de-0000-7000-8000-000000000017"
    for _ in range(2):
        assert page.post(f"instructions/{revision}/confirm/", key=key).status_code == 200
    assert InstructionConfirmation.objects.count() == 1
    with plant.door("hiroshi"):
        draft = InstructionRevision.objects.create(instruction=Instruction.objects.get(), number=2)
    assert page.get(f"instructions/{draft.pk}/").status_code == 404
    assert is_refused(page.post(f"instructions/{draft.pk}/confirm/"))
