"""People's time on jobs: pause, resume, join, leave, hand over, notes, corrections."""

from datetime import timedelta

from mes.station.actions import logons
from tests.station.pages import StationPage
from tests.verbs.workshop import Workshop
from wip.actions import corrections, labor
from wip.models import LaborSpan


def pause_a_job(shop: Workshop):
    _, execution = shop.at_work()
    return shop.act(labor.pause, execution=execution, station=shop.plant.stations["10"])


def resume_a_job(shop: Workshop):
    unit, execution = shop.at_work()
    shop.do(labor.pause, execution=execution, station=shop.plant.stations["10"])
    return shop.act(labor.resume, execution=shop.at(unit, "10"), station=shop.plant.stations["10"])


def join_a_job(shop: Workshop):
    _, execution = shop.at_work()
    return shop.act(labor.join, "tomasz", execution=execution, station=shop.plant.stations["10"])


def leave_a_job(shop: Workshop):
    join_a_job(shop)()
    execution = LaborSpan.objects.latest("began_at").execution
    return shop.act(labor.leave, "tomasz", execution=execution, station=shop.plant.stations["10"])


def hand_a_job_over(shop: Workshop):
    _, execution = shop.at_work()
    return shop.act(labor.hand_over, execution=execution, station=shop.plant.stations["10"], text="Mind it")


def leave_a_note(shop: Workshop):
    return shop.act(labor.leave_note, station=shop.plant.stations["10"], text="Mind it")


def take_a_note(shop: Workshop):
    return shop.act(labor.take_note, "tomasz", note=leave_a_note(shop)())


def complete_what_one_has_joined(shop: Workshop):
    unit, execution = shop.at_work()
    shop.do(labor.join, "tomasz", execution=execution, station=shop.plant.stations["10"])
    shop.plant.report(unit, "10", *shop.plant.entries("10"), who="tomasz")
    return lambda: shop.plant.report(unit, "10", who="tomasz", complete=True)


def say_when_one_stopped(shop: Workshop):
    _, execution = shop.at_work()
    span = LaborSpan.objects.get(execution=execution)
    ended = span.began_at + timedelta(seconds=1)
    return shop.act(corrections.claim, span=span, ended_at=ended, reason="Forgot it")


def correct_a_span(shop: Workshop):
    _, execution = shop.at_work()
    shop.do(labor.pause, execution=execution, station=shop.plant.stations["10"])
    span = LaborSpan.objects.get(execution=execution)
    times = {"began_at": span.began_at, "ended_at": span.began_at}
    return shop.act(corrections.correct, "ines", span=span, reason="Was at lunch", **times)


def log_on(shop: Workshop):
    device = StationPage(shop.plant, "10").device

    def come():
        with shop.plant.door("amina") as passage:
            logons.log_on(device=device, person=passage.person, at=passage.at)

    return come
