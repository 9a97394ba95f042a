"""Two units or lots of an order, and every verb of the floor that can be done on the first of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import F

from genealogy.actions import containers
from genealogy.models import Container
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from mes.kernel.refusals import Refusal
from mes.station.actions import batches, operations
from mes.station.actions.batches import BatchEnd
from mes.station.actions.operations import Given
from orders.models import RoutingRevision, WorkOrder
from tests.holds import lift, lift_for, place
from tests.material import checklist
from tests.model.floor_plant import STATIONS, FloorPlant, floor_plant
from tests.motion import a_rework
from tests.permits import YOURS, by_supervisor
from tests.plant import NOW, Plant
from tests.redlines import add_a_step, applied, drafted
from tests.undo import undo
from wip.actions import clearances, corrections, labor, orders, pins, reworks, schedules
from wip.models import Batch, LaborSpan, PlannedJob

Act = Callable[[], Any]

ON_A_JOB = [
    *("pause", "resume", "join", "leave", "hand_over", "log_off", "take_over", "claim", "correct_time"),
    *("record", "override", "complete", "scrap", "record_batch", "end_batch", "take_batch_over"),
]
ON_PIECES = ["book", "split", "merge"]
ON_WHAT_IS_BEGUN = ["send_back", "reroute", "cancel_rework", "undo", "correct"]
ON_ANYTHING = [
    *("start", "skip", "batch", "load", "unload", "move", "hold", "release", "release_some", "clear_line"),
    *("redline", "pin", "move_pin", "unpin", "plan", "take_off", "resize", "grow", "release_more", "cancel"),
]


def verbs(*, by_lot: bool, runs: bool, begun: bool) -> list[str]:
    """Those that can be tried where a job runs, something is begun, or nothing is."""
    found = [*ON_ANYTHING, *(ON_WHAT_IS_BEGUN if begun else ()), *(ON_A_JOB if runs else ())]
    pieces = [verb for verb in ON_PIECES if by_lot and (runs or verb != "book")]
    return found + pieces


@dataclass
class Scene:
    """The plant, the order and the two; running: the operation that runs or ran last, coming: one that comes next."""

    line: FloorPlant
    rework: RoutingRevision
    order: WorkOrder
    first: str
    other: str
    running: str
    coming: str
    by_lot: bool

    def do(self, verb: Callable, who: str, **given: Any) -> Any:
        with self.line.plant.door(who) as passage:
            return verb(by=passage.person, at=passage.at, **given)

    def act(self, verb: Callable, who: str, **given: Any) -> Act:
        return partial(self.do, verb, who, **given)

    def units(self):
        return [self.line.unit(serial) for serial in (self.first, self.other)]

    def station(self, code: str):
        return self.line.plant.stations[STATIONS[code]]

    def on_job(self, verb: Callable, who: str, **more: Any) -> Act:
        """The verb on what runs, as it is by then."""

        def act() -> Any:
            job = self.line.at(self.first, self.running)
            return self.do(verb, who, execution=job, station=self.station(self.running), **more)

        return act

    # What a verb needs to have been done before

    def act_for(self, verb: str) -> Act:
        """The verb, ready to be done; what it builds on is done here."""
        return getattr(self, f"_{verb}")()

    def _start(self) -> Act:
        return partial(self.line.start, self.first, self.coming, "tomasz")

    def _skip(self) -> Act:
        return partial(self.line.skip, self.first, "30", "tomasz")

    def _batch(self) -> Act:
        station = self.station(self.coming)
        return lambda: self.do(batches.start, "tomasz", units=self.units(), operation_code=self.coming, station=station)

    def _running_batch(self) -> Batch:
        """What runs is in a batch, if it can be."""
        found = Batch.objects.filter(executions__unit__serial=self.first).first()
        if found is None:
            self._take_back()
            code, station = self.running, self.station(self.running)
            found = self.do(batches.start, "amina", units=self.units(), operation_code=code, station=station)
        return found

    def _on_batch(self, **more: Any) -> Act:
        return self.act(batches.report, "amina", batch=self._running_batch(), station=self.station("20"), **more)

    def _record_batch(self) -> Act:
        return self._on_batch(given=[Given("LOOK", "yes")])

    def _end_batch(self) -> Act:
        return self._on_batch(end=BatchEnd())

    def _take_batch_over(self) -> Act:
        return self.act(batches.take_over, "tomasz", batch=self._running_batch(), station=self.station("20"))

    def _record(self) -> Act:
        return partial(self.line.record, self.first, self.running)

    def _override(self) -> Act:
        passed = [by_supervisor(self.line.plant, YOURS)]
        return self.on_job(operations.report, "tomasz", given=[Given("LOOK", "yes")], overrides=passed)

    def _complete(self) -> Act:
        return partial(self.line.complete, self.first, self.running)

    def _scrap(self) -> Act:
        return partial(self.line.complete, self.first, self.running, 6 if self.by_lot else 1)

    def _book(self) -> Act:
        return partial(self.line.book, self.first, self.running, 1, 1)

    def _split(self) -> Act:
        return partial(self.line.split, self.first, 2, "tomasz")

    def _merge(self) -> Act:
        return partial(self.line.merge, self.first, self.other, "ines")

    # People

    def _pause(self) -> Act:
        return self.on_job(labor.pause, "amina")

    def _resume(self) -> Act:
        if LaborSpan.objects.filter(execution__unit__serial=self.first, person__username="amina", ended_at=None):
            self._pause()()
        return self.on_job(labor.resume, "amina")

    def _join(self) -> Act:
        return self.on_job(labor.join, "tomasz")

    def _leave(self) -> Act:
        self._join()()
        return self.on_job(labor.leave, "tomasz")

    def _hand_over(self) -> Act:
        return self.on_job(labor.hand_over, "amina", text="Mind it")

    def _take_over(self) -> Act:
        return self.on_job(operations.take_over, "tomasz")

    def _log_off(self) -> Act:
        amina = self.line.plant.people["amina"]
        return self.act(labor.pause_all, "amina", person=amina, at_station=self.station(self.running))

    def _span(self) -> LaborSpan:
        return LaborSpan.objects.filter(execution__unit__serial=self.first, person__username="amina").latest("began_at")

    def _claim(self) -> Act:
        span = self._span()
        ended = span.began_at + timedelta(seconds=1)
        return self.act(corrections.claim, "amina", span=span, ended_at=ended, reason="Forgot it")

    def _correct_time(self) -> Act:
        span = self._span()
        times = {"began_at": span.began_at, "ended_at": span.began_at}
        return self.act(corrections.correct, "ines", span=span, reason="Was at lunch", **times)

    # Ways back

    def _send_back(self) -> Act:
        return partial(self.line.send_back, self.first, self.running, "10")

    def _reroute(self) -> Act:
        def act() -> Any:
            unit = self.line.unit(self.first)
            way = {"found_in": self.running, "return_to": "10", "routing_revision": self.rework}
            return self.do(reworks.send_back, "mei", unit=unit, reason="Bent", **way)

        return act

    def _cancel_rework(self) -> Act:
        rework = self._send_back()()
        return self.act(reworks.cancel, "mei", rework=rework, reason="Looked again")

    def _undo(self) -> Act:
        return self._take_back

    def _correct(self) -> Act:
        return lambda: self._take_back(who="ines", reason="Wrong part")

    def _take_back(self, **how: str) -> Any:
        unit, job = self.line.unit(self.first), self.line.at(self.first, self.running)
        return undo(self.line.plant, unit, self.running, execution=job, **how)

    # What is around it

    def _container(self) -> Container:
        with open_door(person=None):
            number = Container.objects.count()
            return Container.objects.create(site=self.line.plant.site, code=f"TRAY-{number}")

    def _load(self) -> Act:
        return self.act(containers.load, "amina", container=self._container(), units=self.units())

    def _unload(self) -> Act:
        return self.act(containers.unload, "amina", container=self._loaded(), units=self.units())

    def _move(self) -> Act:
        return self.act(containers.move, "amina", container=self._loaded(), station=self.station("20"))

    def _loaded(self) -> Container:
        inside = self.line.unit(self.first).container
        return inside or self._load()()

    def _hold(self) -> Act:
        return lambda: place(self.line.plant, kind="PROCESS", unit=self.line.unit(self.first))

    def _release(self) -> Act:
        hold = self._hold()()
        return lambda: lift(self.line.plant, hold)

    def _release_some(self) -> Act:
        hold = place(self.line.plant, kind="PROCESS", order=self.order)
        return lambda: lift_for(self.line.plant, hold, self.line.unit(self.first))

    def _clear_line(self) -> Act:
        station, signing = self.station("50"), Signing(self.line.plant.people["amina"], Meaning.VERIFIED)
        unit = self.line.unit(self.first)
        return self.act(clearances.clear, "amina", station=station, unit=unit, ticked=(1, 2, 3), signing=signing)

    def _redline(self) -> Act:
        draft = drafted(self.line.plant, self.order)
        add_a_step(self.line.plant, draft, "20")
        revision = self.line.plant.approve_and_release(draft)
        return lambda: applied(self.line.plant, self.order, revision)

    def _pin(self) -> Act:
        pin = {"station": self.station(self.coming), "order": self.order, "reason": "The customer waits"}
        return self.act(pins.pin, "ines", **pin)

    def _move_pin(self) -> Act:
        return self.act(pins.move, "ines", pin=self._pin()(), position=2, reason="The truck is here")

    def _unpin(self) -> Act:
        return self.act(pins.unpin, "ines", pin=self._pin()(), reason="Done elsewhere")

    def _plan(self) -> Act:
        when = {"operation_code": self.coming, "station": self.station(self.coming), "starts_at": NOW}
        return self.act(schedules.plan, "ines", order=self.order, **when)

    def _take_off(self) -> Act:
        job = self._plan()()

        def act() -> None:
            with self.line.plant.door("ines") as passage:
                schedules.take_off(job=PlannedJob.objects.get(pk=job.pk), by=passage.person)

        return act

    def _resize(self) -> Act:
        return partial(self.line.resize, self.order, 6 if self.by_lot else 2)

    def _grow(self) -> Act:
        return partial(self.line.resize, self.order, 12 if self.by_lot else 4)

    def _release_more(self) -> Act:
        with open_door(person=None):
            WorkOrder.objects.filter(pk=self.order.pk).update(quantity=F("quantity") + 2)
        return self.act(orders.release, "ines", order=self.order, quantity=Decimal(2))

    def _cancel(self) -> Act:
        return partial(self.line.cancel, self.order)


@dataclass
class Stage:
    """Where scenes are set."""

    line: FloorPlant
    by_lot: RoutingRevision
    by_serial: RoutingRevision

    def scene(self, *, by_lot: bool, runs: bool, begun: bool = True) -> Scene:
        """Ten in two lots, or three units, which are made once more when scrapped.

        begun: both have passed CUT; runs: DRILL runs on the first.
        """
        line = self.line
        order = line.order(10 if by_lot else 3, by_lot=by_lot)
        WorkOrder.objects.filter(pk=order.pk).update(replaces_scrap=True)
        first = order.units.order_by("serial")[0].serial
        if begun and by_lot:
            _do(line, first)
        other = line.split(first, 4).serial if by_lot else order.units.order_by("serial")[1].serial
        if begun and not by_lot:
            _do(line, first, other)
        if runs:
            line.start(first, "20")
        running, coming = "20" if runs else "10", ("30" if runs else "20") if begun else "10"
        rework = self.by_lot if by_lot else self.by_serial
        return Scene(line, rework, order, first, other, running, coming, by_lot)


def _do(line: FloorPlant, *serials: str) -> None:
    for serial in serials:
        line.start(serial, "10")
        line.complete(serial, "10")


def stage(plant: Plant) -> Stage:
    line = floor_plant(plant)
    with plant.door("hiroshi"):
        made = [a_rework(plant, of.product, "R1", "R2", name=f"{of} repair") for of in (line.by_lot, line.by_serial)]
    checklist(plant, STATIONS["50"])
    return Stage(line, *(plant.approve_and_release(one) for one in made))


# A batch before the people on its job; what stops others, a hold, when all else is there.
_FIRST, _LAST = {"record_batch", "end_batch", "take_batch_over"}, {"release", "release_some"}


def both(scene: Scene, pair: Sequence[str]) -> list[Act]:
    """The verbs of a pair. What one builds on may be refused beside the other: then so is the verb."""
    acts: dict[str, Act] = {}
    for verb in sorted(pair, key=lambda verb: (verb in _LAST, verb not in _FIRST)):
        if verb not in acts:
            try:
                acts[verb] = scene.act_for(verb)
            except Refusal as refusal:
                acts[verb] = partial(_refuse, refusal)
    return [acts[verb] for verb in pair]


def _refuse(refusal: Refusal) -> None:
    raise refusal
