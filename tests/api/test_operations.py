"""Start, record and complete over REST: the screens' verbs by another door."""

import pytest

from genealogy.queries import as_built
from genealogy.status import UnitStatus
from mes.kernel.audit.models import AuditEvent, Signature
from mes.station.actions.operations import Completion, Given, take_over
from tests.api.conftest import api_as
from tests.lots import lot_line
from tests.plant import PASSWORD
from wip.models import ExecutionEvent, OperationExecution, ProcessException, Reading
from wip.queries import execution_at

pytestmark = pytest.mark.django_db


def start(api, unit, code, **headers):
    return api.post(f"/units/{unit}/operations/{code}/start", {"station": f"ST-{code}"}, **headers)


def complete(api, unit, code, body, **headers):
    return api.post(f"/units/{unit}/operations/{code}/complete", {"station": f"ST-{code}"} | body, **headers)


def test_an_operation_is_started_and_completed_with_steps_and_components(plant, api):
    unit, board = plant.unit(), plant.a_board()
    started = start(api, unit, "10")
    assert (started.status_code, started.json()["status"]) == (200, "RUNNING")
    done = complete(
        api,
        unit,
        "10",
        {
            "steps": [{"step": "FIRMWARE", "value": "4.2.1"}],
            "consumptions": [{"step": "BOARD", "serial": board, "quantity": 1}],
            "good": "1",
        },
    )
    assert done.status_code == 200, done.json()
    answer = done.json()
    assert (answer["status"], answer["good"], answer["completed_by"]) == ("COMPLETED", "1", "amina")
    assert [link.unit.serial for link in as_built(unit)] == [board]
    assert AuditEvent.objects.filter(station="ST-10", person=str(plant.operator.pk)).exists()


def test_a_number_comes_in_as_it_was_sent_and_goes_out_as_text(plant, api):
    unit = plant.do(plant.unit(), "10", "20")
    start(api, unit, "30")
    body = b'{"station": "ST-30", "steps": [{"step": "TORQUE", "sample": 1, "value": 1.1}]}'
    assert api.post(f"/units/{unit}/operations/30/record", body).status_code == 200
    assert str(Reading.objects.get(step_code="TORQUE").number) == "1.100000"


def test_every_wrong_entry_is_named_by_its_place(plant, api):
    unit = plant.do(plant.unit(), "10", "20")
    start(api, unit, "30")
    refused = complete(
        api,
        unit,
        "30",
        {
            "steps": [
                {"step": "SEATED", "value": True},
                {"step": "TORQUE", "value": "tight"},
                {"step": "TORQUE", "sample": 3, "value": 1.2},
                {"step": "COLOUR", "value": "red"},
            ],
            "consumptions": [{"step": "SEATED", "serial": "yes"}],
        },
    )
    assert refused.status_code == 422
    places = [error["where"] for error in refused.json()["errors"]]
    assert places == ["steps.1", "steps.2", "steps.3", "consumptions.0.step"]
    assert not Reading.objects.filter(execution__operation_code="30").exists()


def test_a_place_that_is_given_twice_is_named(plant, api):
    unit = plant.do(plant.unit(), "10", "20")
    start(api, unit, "30")
    body = {
        "steps": [{"step": "TORQUE", "value": value, "reason": "Slipped"} for value in (1.2, 1.21)],
        "consumptions": [{"step": "SCREWS", "serial": plant.a_lot()}, {"step": "SCREWS", "serial": plant.a_lot()}],
    }
    refused = complete(api, unit, "30", body)
    assert refused.status_code == 422
    assert [(error["where"], error["what"]) for error in refused.json()["errors"]] == [
        ("steps.1", "Torque, sample 1, is given twice."),
        ("consumptions.1", "Screws, sample 1, is given twice."),
    ]


def test_a_signed_operation_needs_the_secret_of_the_token_s_person(plant, api):
    unit = plant.do(plant.unit(), "10", "20", "30")
    start(api, unit, "40")
    body = {"steps": [{"step": "LEAK", "value": "0.12"}]}
    missing = complete(api, unit, "40", body)
    assert (missing.status_code, missing.json()["code"]) == (422, "SIGNATURE_MISSING")
    wrong = complete(api, unit, "40", body | {"signature": {"meaning": "PERFORMED", "secret": "guess"}})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "SECRET_WRONG")
    assert execution_at(unit, "40").is_running
    signed = complete(api, unit, "40", body | {"signature": {"meaning": "PERFORMED", "secret": PASSWORD}})
    assert (signed.status_code, signed.json()["unit_status"]) == (200, UnitStatus.FINISHED)
    assert Signature.objects.get(meaning="PERFORMED").signed_by == plant.operator


def test_what_was_recorded_before_is_signed_with_the_digest_of_what_was_read(plant, api):
    unit = plant.do(plant.unit(), "10", "20", "30")
    plant.start(unit, "40", "tomasz")
    plant.report(unit, "40", Given("LEAK", "0.29"), who="tomasz")
    with plant.door() as passage:
        execution = execution_at(unit, "40")
        take_over(execution=execution, station=plant.stations["40"], by=passage.person, at=passage.at)
    signature = {"meaning": "PERFORMED", "secret": PASSWORD}
    blind = complete(api, unit, "40", {"signature": signature})
    assert (blind.status_code, blind.json()["code"]) == (422, "SIGNATURE_UNSEEN")
    assert blind.json()["errors"][0]["where"] == "signature.digest"
    (leak,) = (o for o in api.get(f"/units/{unit}").json()["operations"] if o["code"] == "40")
    seen = signature | {"digest": leak["signature_digest"]}
    assert complete(api, unit, "40", {"signature": seen}).status_code == 200
    assert Signature.objects.get(meaning="PERFORMED").shown_digest == leak["signature_digest"]


def test_a_signature_nobody_asked_for_is_refused_not_dropped(plant, api):
    unit = plant.unit()
    start(api, unit, "20")
    body = {"steps": [{"step": "DRIVE", "value": True}], "signature": {"meaning": "PERFORMED", "secret": PASSWORD}}
    refused = complete(api, unit, "20", body)
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "signature")


def test_a_gate_s_no_comes_with_every_blocker(plant, api):
    unit = plant.unit()
    refused = api.post(f"/units/{unit}/operations/30/start", {"station": "ST-10"})
    assert refused.status_code == 409
    assert refused["Content-Type"] == "application/problem+json"
    assert {blocker["code"] for blocker in refused.json()["blockers"]} == {"PREDECESSOR_NOT_DONE", "WRONG_STATION"}


def test_the_same_key_has_one_effect_and_the_same_answer(plant, api):
    unit = plant.unit()
    first = start(api, unit, "20", idempotency_key="k-1")
    again = start(api, unit, "20", idempotency_key="k-1")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert (first.get("Idempotent-Replayed"), again["Idempotent-Replayed"]) == (None, "true")
    assert OperationExecution.objects.count() == 1


def test_the_same_key_with_another_request_is_refused(plant, api):
    first, second = plant.unit(), plant.unit()
    start(api, first, "20", idempotency_key="k-1")
    reused = start(api, second, "20", idempotency_key="k-1")
    assert (reused.status_code, reused.json()["code"]) == (422, "KEY_REUSED")


def test_a_completed_operation_is_answered_again_to_a_repeated_key_only(plant, api):
    unit = plant.unit()
    start(api, unit, "20")
    body = {"steps": [{"step": "DRIVE", "value": True}]}
    first = complete(api, unit, "20", body, idempotency_key="k-2")
    again = complete(api, unit, "20", body, idempotency_key="k-2")
    assert first.json() == again.json()
    assert complete(api, unit, "20", body).status_code == 409


def test_a_refusal_releases_its_key(plant, api):
    unit = plant.unit()
    assert start(api, unit, "30", idempotency_key="k-3").status_code == 409
    plant.do(unit, "10", "20")
    assert start(api, unit, "30", idempotency_key="k-3").status_code == 200


def test_the_secret_is_no_part_of_the_stored_fingerprint(plant, api):
    unit = plant.do(plant.unit(), "10", "20", "30")
    start(api, unit, "40")
    body = {"steps": [{"step": "LEAK", "value": "0.12"}], "signature": {"meaning": "PERFORMED", "secret": PASSWORD}}
    assert complete(api, unit, "40", body, idempotency_key="k-4").status_code == 200
    changed = body | {"signature": {"meaning": "PERFORMED", "secret": "guess"}}
    assert complete(api, unit, "40", changed, idempotency_key="k-4").status_code == 403
    assert complete(api, unit, "40", body, idempotency_key="k-4")["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb", "schlüssel"])
def test_a_key_that_is_none_is_refused(plant, api, key):
    refused = start(api, plant.unit(), "20", idempotency_key=key)
    assert (refused.status_code, refused.json()["errors"][0]["where"]) == (422, "Idempotency-Key")
    assert not OperationExecution.objects.exists()


def test_what_is_not_there_is_not_found(plant, api):
    unit = plant.unit()
    assert start(api, "NO-SUCH", "10").status_code == 404
    assert api.post(f"/units/{unit}/operations/99/start", {"station": "ST-10"}).status_code == 404
    unknown = api.post(f"/units/{unit}/operations/10/start", {"station": "ST-99"})
    assert (unknown.status_code, unknown.json()["errors"][0]["where"]) == (422, "station")
    early = complete(api, unit, "10", {})
    assert (early.status_code, early.json()["code"]) == (409, "OPERATION_NOT_STARTED")


def test_a_job_is_completed_at_the_station_where_it_runs(plant, api):
    unit = plant.unit()
    start(api, unit, "20")
    body = {"station": "ST-40", "steps": [{"step": "DRIVE", "value": True}]}
    refused = complete(api, unit, "20", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "JOB_ELSEWHERE")
    assert complete(api, unit, "20", body | {"station": "st-20"}).status_code == 200


def test_scrap_needs_its_reason(plant, api):
    unit = plant.unit()
    start(api, unit, "10")
    assert complete(api, unit, "10", {"scrap": 1}).status_code == 422
    done = complete(api, unit, "10", {"scrap": 1, "scrap_reason": "Dropped"})
    assert (done.status_code, done.json()["unit_status"]) == (200, UnitStatus.SCRAPPED)


def book(api, unit, code, body, **headers):
    return api.post(f"/units/{unit}/operations/{code}/book", {"station": f"ST-{code}"} | body, **headers)


def test_a_part_of_a_lot_is_booked_and_the_completion_completes_the_rest(plant, api):
    line = lot_line(plant, quantity=50)
    booked = book(api, line.serial, "10", {"good": 12, "scrap": "1.5", "scrap_reason": "Bent"})
    assert booked.status_code == 200, booked.json()
    answer = booked.json()
    assert (answer["status"], answer["good"], answer["scrap"]) == ("RUNNING", "12", "1.5")
    done = complete(api, line.serial, "10", {"steps": [{"step": "LOOK", "value": True}]})
    assert done.status_code == 200, done.json()
    assert (done.json()["status"], done.json()["good"], done.json()["scrap"]) == ("COMPLETED", "48.5", "1.5")


def test_a_repeated_booking_with_its_key_is_one_booking(plant, api):
    line = lot_line(plant, quantity=50)
    first, again = (book(api, line.serial, "10", {"good": 12}, idempotency_key="part-1") for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (200, 200, "true")
    assert first.json() == again.json()
    assert ExecutionEvent.objects.filter(kind="BOOKED").count() == 1
    assert book(api, line.serial, "10", {"good": 13}, idempotency_key="part-1").status_code == 422
    line.complete(Completion(), Given("LOOK", "yes"))
    later = book(api, line.serial, "10", {"good": 12}, idempotency_key="part-1")
    assert (later.status_code, later.json()["status"]) == (200, "COMPLETED")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "There is nothing to book."),
        ({"good": 51}, "50 are open; good and scrap are 0 or more and together not above."),
        ({"scrap": 1}, "Scrap needs a reason."),
        ({"scrap": 50, "scrap_reason": "Bent"}, "Nothing would be left of it."),
    ],
)
def test_a_part_that_can_not_be_booked_is_a_problem_that_says_why(plant, api, body, sentence):
    line = lot_line(plant, quantity=50)
    refused = book(api, line.serial, "10", body)
    assert (refused.status_code, refused.json()["title"]) == (422, sentence)
    assert line.execution().quantity_open == 50


def test_what_has_no_parts_or_does_not_run_takes_no_booking(plant, api):
    unit = plant.unit()
    unstarted = book(api, unit, "10", {"good": 1})
    assert (unstarted.status_code, unstarted.json()["code"]) == (409, "OPERATION_NOT_STARTED")
    plant.start(unit, "10")
    one_piece = book(api, unit, "10", {"good": 1})
    assert (one_piece.status_code, one_piece.json()["code"]) == (409, "NOT_A_LOT")
    wrong = book(api, unit, "10", {"good": "many", "bad": 1})
    assert wrong.status_code == 422
    assert {error["where"] for error in wrong.json()["errors"]} == {"bad"}


def test_the_last_act_is_taken_back_and_the_same_key_does_it_once(plant, api):
    unit = plant.unit()
    start(api, unit, "20")
    complete(api, unit, "20", {"steps": [{"step": "DRIVE", "value": "yes"}]})
    for _ in range(2):
        undone = api.post(
            f"/units/{unit}/operations/20/undo", {"station": "ST-20"}, idempotency_key="undo-the-completion"
        )
        assert (undone.status_code, undone.json()["status"]) == (200, "RUNNING"), undone.json()
    assert not Reading.objects.filter(is_void=False, corrected_by_reading__isnull=True).exists()


def test_what_is_meant_can_be_named_by_its_time(plant, api):
    unit = plant.unit()
    start(api, unit, "20")
    body = {"station": "ST-20", "done_at": "2026-11-23T08:00:00Z"}
    refused = api.post(f"/units/{unit}/operations/20/undo", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "ACT_IS_ANOTHER")


def test_quality_corrects_what_somebody_else_did_with_a_reason(plant, api):
    unit = plant.unit()
    start(api, unit, "20")
    quality, body = api_as(plant, "mei"), {"station": "ST-20"}
    refused = quality.post(f"/units/{unit}/operations/20/undo", body)
    assert (refused.status_code, refused.json()["title"]) == (422, "A correction needs a reason.")
    corrected = quality.post(f"/units/{unit}/operations/20/undo", body | {"reason": "Wrong unit was scanned"})
    assert (corrected.status_code, corrected.json()["status"]) == (200, "CANCELLED"), corrected.json()
    assert ProcessException.objects.get().kind == "CORRECTION"
