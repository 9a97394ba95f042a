"""People on running jobs: who is on them, from when to when, and what that lets them do."""

from datetime import timedelta

import pytest

from mes.kernel.personnel.models import PersonQualification
from mes.kernel.refusals import InvalidInput, NotPermitted
from mes.kernel.transitions import IllegalTransition
from mes.station.actions import operations
from wip.actions import corrections, holds, labor
from wip.actions.corrections import NotYourTime, SpanCorrected, TimeKnown
from wip.actions.labor import AlreadyOnJob, NoteTaken, NotOnJob, NotYourJob
from wip.crews import crew_of
from wip.models import HandoverNote, LaborSpan
from wip.policies import BlockedByGates
from wip.queries import execution_at
from wip.timesheets import labor_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit(plant):
    """Amina works at operation 30 on it."""
    unit = plant.do(plant.unit(), "10", "20")
    plant.start(unit, "30")
    return unit


def act(plant, unit, verb, who: str = "amina", **more):
    with plant.door(who) as passage:
        return verb(
            execution=execution_at(unit, "30"),
            station=plant.stations["30"],
            by=passage.person,
            at=passage.at,
            **more,
        )


def spans(unit) -> list[tuple[str, str]]:
    """Who was on it and how it ended, in the order in which they came; "" while it runs."""
    found = LaborSpan.objects.filter(execution=execution_at(unit, "30")).order_by("began_at")
    return [(span.person.username, span.end) for span in found]


def crew(unit):
    return crew_of(execution_at(unit, "30"))


def test_who_starts_is_on_the_job(plant, unit):
    (span,) = crew(unit).on
    assert (span.person, span.began_at) == (plant.operator, execution_at(unit, "30").started_at)


def test_who_takes_over_is_on_it_and_who_had_it_is_not(plant, unit):
    act(plant, unit, operations.take_over, "tomasz")
    assert spans(unit) == [("amina", "LEFT"), ("tomasz", "")]


def test_a_job_on_which_nobody_is_is_paused_and_says_by_whom_and_why(plant, unit):
    act(plant, unit, labor.pause, reason="BREAK Break")
    assert crew(unit).is_paused
    assert (crew(unit).last.person, crew(unit).last.note) == (plant.operator, "BREAK Break")
    assert execution_at(unit, "30").is_running


def test_who_paused_resumes_and_both_stretches_are_kept(plant, unit):
    act(plant, unit, labor.pause)
    act(plant, unit, labor.resume)
    assert spans(unit) == [("amina", "PAUSED"), ("amina", "")]
    assert not crew(unit).is_paused


def test_a_second_person_joins_and_may_record_and_complete(plant, unit):
    act(plant, unit, labor.join, "tomasz")
    plant.report(unit, "30", *plant.entries("30"), who="tomasz")
    done = plant.report(unit, "30", who="tomasz", complete=True)
    assert (done.worked_by, done.completed_by) == (plant.operator, plant.people["tomasz"])


def test_who_has_not_joined_may_not(plant, unit):
    with pytest.raises(BlockedByGates) as refused:
        plant.report(unit, "30", *plant.entries("30"), who="tomasz")
    assert refused.value.code == "JOB_OF_ANOTHER"


def test_who_has_left_again_may_not(plant, unit):
    act(plant, unit, labor.join, "tomasz")
    act(plant, unit, labor.leave, "tomasz")
    with pytest.raises(BlockedByGates):
        plant.report(unit, "30", *plant.entries("30"), who="tomasz")


def test_while_one_pauses_the_other_goes_on(plant, unit):
    act(plant, unit, labor.join, "tomasz")
    act(plant, unit, labor.pause)
    assert not crew(unit).is_paused


def test_open_spans_end_with_the_job_without_being_touched(plant, unit):
    act(plant, unit, labor.join, "tomasz")
    plant.report(unit, "30", *plant.entries("30"), complete=True)
    assert spans(unit) == [("amina", ""), ("tomasz", "")]
    with pytest.raises(IllegalTransition):
        act(plant, unit, labor.pause)


@pytest.mark.parametrize("verb", [labor.join, labor.resume])
def test_nobody_is_on_a_job_twice(plant, unit, verb):
    with pytest.raises(AlreadyOnJob):
        act(plant, unit, verb)


@pytest.mark.parametrize("verb", [labor.pause, labor.leave])
def test_who_is_not_on_it_can_not_stop(plant, unit, verb):
    with pytest.raises(NotOnJob):
        act(plant, unit, verb, "tomasz")


def test_what_one_never_was_on_is_joined_not_resumed(plant, unit):
    with pytest.raises(NotYourJob):
        act(plant, unit, labor.resume, "tomasz")


def test_who_joins_needs_what_the_job_needs(plant, unit):
    with plant.door("ines"):
        PersonQualification.objects.filter(person=plant.people["tomasz"]).update(level=1)
    with plant.door("mei") as passage:
        holds.place(unit=unit, reason_code="QUALITY", reason="Scratch", by=passage.person, at=passage.at)
    with pytest.raises(BlockedByGates) as refused:
        act(plant, unit, labor.join, "tomasz")
    assert {"ON_HOLD", "OPERATOR_NOT_QUALIFIED"} <= {blocker.code for blocker in refused.value.blockers}


def test_who_may_not_work_joins_nothing(plant, unit):
    with pytest.raises(NotPermitted):
        act(plant, unit, labor.join, "mei")


def test_a_job_is_handed_over_with_a_note_that_the_next_one_takes(plant, unit):
    note = act(plant, unit, labor.hand_over, text="Screw 4 binds: back it out once")
    assert crew(unit).is_handed_over
    act(plant, unit, operations.take_over, "tomasz")
    with plant.door("tomasz") as passage:
        labor.take_note(note=note, by=passage.person, at=passage.at)
    assert HandoverNote.objects.get().taken_by == plant.people["tomasz"]
    with pytest.raises(NoteTaken), plant.door("ines") as passage:
        labor.take_note(note=note, by=passage.person, at=passage.at)


def test_a_handover_needs_words_and_somebody_of_the_job(plant, unit):
    with pytest.raises(InvalidInput):
        act(plant, unit, labor.hand_over, text="  ")
    with pytest.raises(NotOnJob):
        act(plant, unit, labor.hand_over, "tomasz", text="Mind it")


def test_a_note_can_be_left_at_the_station_of_no_job(plant):
    with plant.door() as passage:
        labor.leave_note(
            station=plant.stations["30"], text="Bit worn, new one in drawer 2", by=passage.person, at=passage.at
        )
    assert HandoverNote.objects.get().execution is None


def test_whoever_logs_off_may_pause_all_they_are_on_at_the_station(plant, unit):
    other = plant.do(plant.unit(), "10", "20")
    plant.start(other, "30")
    with plant.door() as passage:
        labor.pause_all(person=plant.operator, at_station=plant.stations["30"], by=passage.person, at=passage.at)
    assert (spans(unit), spans(other)) == ([("amina", "PAUSED")], [("amina", "PAUSED")])


def correct(plant, span, began, ended, who: str = "ines", reason: str = "Was at the dentist"):
    with plant.door(who) as passage:
        return corrections.correct(
            span=span, began_at=began, ended_at=ended, reason=reason, by=passage.person, at=passage.at
        )


def test_a_supervisor_corrects_by_a_further_row_and_the_original_is_kept(plant, unit):
    (span,) = crew(unit).on
    ended = span.began_at + timedelta(seconds=30)
    made = correct(plant, span, span.began_at, ended)
    assert (made.corrects, made.ended_at, made.note) == (span, ended, "Was at the dentist")
    span.refresh_from_db()
    assert span.began_at == made.began_at
    assert span.ended_at > ended
    assert [one.pk for one in crew(unit).before] == [made.pk]
    act(plant, unit, labor.resume)  # stopped by the correction, one can go on


def test_what_was_corrected_is_corrected_once(plant, unit):
    (span,) = crew(unit).on
    correct(plant, span, span.began_at, span.began_at)
    with pytest.raises(SpanCorrected):
        correct(plant, span, span.began_at, span.began_at)


def test_only_who_may_correct_corrects(plant, unit):
    (span,) = crew(unit).on
    with pytest.raises(NotPermitted):
        correct(plant, span, span.began_at, span.began_at, "amina")


@pytest.mark.parametrize(("began", "ended", "reason"), [(0, -1, "x"), (-10, 0, "x"), (0, 9999, "x"), (0, 5, " ")])
def test_a_correction_lies_within_the_job_and_has_a_reason(plant, unit, began, ended, reason):
    (span,) = crew(unit).on
    moments = (span.began_at + timedelta(seconds=offset) for offset in (began, ended))
    with pytest.raises(InvalidInput):
        correct(plant, span, *moments, reason=reason)


def test_who_forgot_to_stop_says_when_it_was_and_stops_now(plant, unit):
    (span,) = crew(unit).on
    said = span.began_at + timedelta(seconds=20)
    with plant.door() as passage:
        corrections.claim(span=span, ended_at=said, reason="Called away", by=passage.person, at=passage.at)
    span.refresh_from_db()
    assert (span.end, span.claimed_at, span.ended_at > said) == ("FORGOTTEN", said, True)


def test_nobody_claims_for_another_or_outside_the_span(plant, unit):
    (span,) = crew(unit).on
    with pytest.raises(NotYourTime), plant.door("tomasz") as passage:
        corrections.claim(span=span, ended_at=span.began_at, reason="x", by=passage.person, at=passage.at)
    before = span.began_at - timedelta(seconds=1)
    with pytest.raises(InvalidInput), plant.door() as passage:
        corrections.claim(span=span, ended_at=before, reason="x", by=passage.person, at=passage.at)


def enter(plant, unit, person: str, began, ended, who: str = "ines", reason: str = "Helped with the housing"):
    with plant.door(who) as passage:
        return corrections.enter(
            execution=execution_at(unit, "30"),
            person=plant.people[person],
            began_at=began,
            ended_at=ended,
            reason=reason,
            by=passage.person,
            at=passage.at,
        )


def test_a_supervisor_enters_work_that_was_not_clocked(plant, unit):
    begin = execution_at(unit, "30").started_at
    made = enter(plant, unit, "tomasz", begin + timedelta(seconds=5), begin + timedelta(seconds=25))
    assert (made.corrects, made.end, made.note) == (None, "CORRECTED", "Helped with the housing")
    assert (made.person, made.entered_by) == (plant.people["tomasz"], plant.people["ines"])
    entered = labor_on([made.execution.pk], now=plant.at())[made.execution.pk]
    assert [one.counts for one in entered if one.span == made] == [timedelta(seconds=20)]


def test_what_was_clocked_is_corrected_and_not_entered_once_more(plant, unit):
    begin = execution_at(unit, "30").started_at
    with pytest.raises(TimeKnown, match="was on this job at that time already"):
        enter(plant, unit, "amina", begin, begin + timedelta(seconds=10))
    act(plant, unit, labor.pause, reason="x")
    (span,) = crew(unit).before
    end = plant.at(120)
    plant.at(60)
    assert enter(plant, unit, "amina", span.ended_at, end).began_at == span.ended_at


@pytest.mark.parametrize(
    ("began", "ended", "reason"), [(0, 0, "x"), (0, -1, "x"), (-10, 5, "x"), (0, 9999, "x"), (0, 5, " ")]
)
def test_what_is_entered_lies_within_the_job_and_has_a_reason(plant, unit, began, ended, reason):
    begin = execution_at(unit, "30").started_at
    moments = (begin + timedelta(seconds=offset) for offset in (began, ended))
    with pytest.raises(InvalidInput):
        enter(plant, unit, "tomasz", *moments, reason=reason)
    with pytest.raises(NotPermitted):
        enter(plant, unit, "tomasz", begin, begin + timedelta(seconds=5), who="amina")
