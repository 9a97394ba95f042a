"""Every act that offers Override takes it: refused, passed by a supervisor, done, and on record as an exception."""

import html
import re

import pytest

from mes.station import urls
from mes.station.views.overridden import can_be_overridden
from tests.closed import PATH
from tests.flow import lot_flow
from tests.lots import lot_line
from tests.motion import rods
from tests.plant import PIN
from tests.station.pages import StationPage, is_refused, text
from tests.station.test_override_page import offered
from tests.station.test_reason_tiles import released
from wip.models import OperationExecution, ProcessException

pytestmark = pytest.mark.django_db

ACTS = sorted(one.name for one in urls.urlpatterns if can_be_overridden(one.callback))


@pytest.fixture
def closed(settings):
    """From its call on a gate says no to everything."""

    def close() -> None:
        settings.MES_GATES = [*settings.MES_GATES, PATH]

    return close


def at(plant, code: str = "10") -> StationPage:
    page = StationPage(plant, code)
    page.log_on()
    return page


def a_job(plant, who: str = "amina") -> str:
    return f"work/{plant.start(plant.unit(), '10', who).pk}/"


def start(plant):
    return at(plant), "start/", {"unit": plant.unit().serial, "operation": "10"}


def scan(plant):
    return at(plant), "scan/", {"code": plant.unit().serial}


def record(plant):
    return at(plant), f"{a_job(plant)}record/", {"step": "FIRMWARE", "value": "4.2.1", "sample": 1}


def book(plant):
    line = lot_line(plant, quantity=50)
    return at(plant), f"work/{line.execution().pk}/book/", {"good": "12"}


def complete(plant):
    unit = plant.unit()
    execution = plant.start(unit, "10")
    plant.report(unit, "10", *plant.entries("10"))
    return at(plant), f"work/{execution.pk}/complete/", {}


def take_over(plant):
    return at(plant), f"{a_job(plant, 'tomasz')}take-over/", {}


def join(plant):
    return at(plant), f"{a_job(plant, 'tomasz')}join/", {}


def resume(plant):
    page, work = at(plant), a_job(plant)
    page.post(f"{work}pause/")
    return page, f"{work}resume/", {}


def skip(plant):
    line = rods(plant)
    return at(plant, "20"), "skip/", {"unit": line.do(line.unit(), "10", "20").serial, "operation": "25", "reason": "-"}


def start_batch(plant):
    flow = lot_flow(plant, {("10", "20"): None}, batch={"10": 100})
    lots = [flow.lot(40, "WO-A"), flow.lot(30, "WO-B")]
    return at(plant), "together/batch/", {"unit": [lot.serial for lot in lots]}


SCENES = {
    one.__name__: one for one in (start, scan, record, book, complete, take_over, join, resume, skip, start_batch)
}


def test_every_act_that_offers_it_is_tried_here():
    assert sorted(SCENES) == ACTS


def overriding(page, refused) -> tuple[str, dict[str, list[str]]]:
    """Where the page that asks for the supervisor sends the act again, and with which hidden fields."""
    asked = page.post("override/", **offered(refused))
    assert asked.status_code == 200, text(asked)
    shown = asked.content.decode()
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', shown):
        fields.setdefault(name, []).append(html.unescape(value))
    fields.pop("idempotency_key")
    fields.pop("csrfmiddlewaretoken", None)
    form = re.search(r'id="override" method="post" action="/station/([^"]+)"', shown)
    assert form is not None
    return form[1], fields


BY_INES = {"override_reason": "They said go on", "override_badge": "B-0453", "override_pin": PIN}


@pytest.mark.parametrize("act", ACTS)
def test_what_is_refused_is_done_once_a_supervisor_lets_it_pass(plant, closed, act):
    page, path, content = SCENES[act](plant)
    closed()
    before = OperationExecution.objects.count()
    refused = page.post(path, **content)
    assert is_refused(refused), text(refused)
    to, fields = overriding(page, refused)
    assert to == path
    assert is_refused(page.post(to, **fields, **BY_INES | {"override_badge": "B-0452"}), 403)
    passed = page.post(to, **fields, **BY_INES)
    assert passed.status_code == 200, text(passed)
    kept = ProcessException.objects.filter(kind="OVERRIDE")
    of_units = len(content["unit"]) if act == "start_batch" else 1
    assert kept.count() == of_units  # a batch is passed on each of its units
    assert {(one.gate, one.reason, one.by.username, one.approved_by.username) for one in kept} == {
        (PATH, "They said go on", "amina", "ines")
    }
    assert OperationExecution.objects.count() == before + (
        of_units if act in ("start", "scan", "start_batch", "skip") else 0
    )


def test_a_batch_is_worked_on_and_taken_over_past_a_gate(plant, closed):
    page, path, content = start_batch(plant)
    work = page.post(path, **content)["HX-Replace-Url"].removeprefix("/station/")
    closed()
    page.log_on("tomasz")
    for act in ("join", "take-over", "complete"):
        to, fields = overriding(page, page.post(f"{work}{act}/"))
        assert fields["override_gate"] == [PATH]  # said of both units, and asked once
        passed = page.post(to, **fields, **BY_INES)
        assert passed.status_code == 200, text(passed)
    assert ProcessException.objects.filter(kind="OVERRIDE", gate=PATH).count() == 6
    assert {one.status for one in OperationExecution.objects.all()} == {"COMPLETED"}


def test_preparing_a_machine_is_nobodys_to_pass(plant, closed, settings):
    page, unit = at(plant), plant.unit()
    closed()
    refused = page.post("prepare/", unit=unit.serial, operation="10")
    assert refused.status_code in (409, 422), text(refused)
    assert b"station/override" not in refused.content


def test_the_reason_is_one_of_the_areas_override_reasons_with_a_remark(plant, closed):
    released(plant, "OVERRIDE", "SHIFT-CHANGE The person went home\nAGREED Agreed with quality")
    page, path, content = start(plant)
    closed()
    refused = page.post(path, **content)
    shown = page.post("override/", **offered(refused)).content.decode()
    assert 'name="override_code_1" value="AGREED" required' in shown
    to, fields = overriding(page, refused)
    assert is_refused(page.post(to, **fields, **BY_INES), 422)  # a text alone is no reason here
    assert is_refused(page.post(to, **fields, **BY_INES, override_code_1="LUNCH"), 422)
    assert page.post(to, **fields, **BY_INES, override_code_1="AGREED").status_code == 200
    assert ProcessException.objects.get().reason == "AGREED Agreed with quality: They said go on"


def test_each_gate_has_a_reason_of_its_own(plant, closed):
    released(plant, "OVERRIDE", "SHIFT-CHANGE The person went home\nAGREED Agreed with quality")
    page, work = at(plant), a_job(plant, "tomasz")
    closed()
    to, fields = overriding(page, page.record(work, "FIRMWARE", "4.2.1"))
    assert len(fields["override_gate"]) == 2
    codes = {"override_code_1": "SHIFT-CHANGE", "override_code_2": "AGREED", "override_reason": ["", ""]}
    passed = page.post(to, **fields, **BY_INES | codes)
    assert passed.status_code == 200, text(passed)
    assert sorted(ProcessException.objects.values_list("reason", flat=True)) == [
        "AGREED Agreed with quality",
        "SHIFT-CHANGE The person went home",
    ]
