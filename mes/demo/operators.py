"""Simulated operators: they work at the demo plant's stations while it runs, by the same verbs as the station page.

One look goes over all stations, and at each does what is due: record, complete, start, clear. A station where somebody
is logged on is left alone, and so is whatever a person has who is not simulated.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from random import Random

from django.db.models import Q

from equipment.actions import help_calls
from equipment.calendars.queries import timetable_of
from equipment.calendars.spans import shift_at
from equipment.models import HelpCall, Station
from equipment.policies import ReasonUnknown
from equipment.status import CallStatus
from genealogy.models import Unit
from mes.demo import cell, history
from mes.demo.held import held_among
from mes.demo.labor import BREAK, spend
from mes.demo.machines.attending import Machines, MachineWork
from mes.demo.staff import CALLS, HOLD_REASON, Staff
from mes.demo.supply import Shelf
from mes.demo.work import Values, Worker, next_job
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal
from mes.station.actions import operations
from mes.station.actions.operations import Given
from mes.station.models import StationLogon
from wip.actions import holds, labor
from wip.crews import crew_of
from wip.entries import FROM_MACHINE
from wip.facts import values_in_force
from wip.models import HoldReason, OperationExecution
from wip.queries import operation_of, running_at
from wip.queues import queue_at

logger = logging.getLogger(__name__)

SCRAP = {"40": "LEAK-SEAM Leaks along the seam", "30": "DAMAGE-BOSS Screw boss cracked"}  # of the pump line
FAILED = {"40": "LEAK-INLET Leaks at the inlet port", "30": "DAMAGE-BOSS Screw boss cracked"}
FOUND = {"40": "M-LEAK", "30": "M-THREAD"}  # the defect that they name with it
PATIENCE_S = 900.0  # beyond three times what was planned; then they do by hand what a machine does not
SCRAP_CHANCE, CALL_CHANCE, HOLD_CHANCE = 0.02, 0.001, 0.01  # at an end; at a look at a station; at a begin


@dataclass
class Operators:
    """Everybody who is simulated. chance: seeded where a run has to be repeatable; pace: above 1 they are quicker.

    began: since when they look; a machine that has done nothing for too long since then is not waited for any more.
    folder: where it is noted what they carry to a machine that takes several pieces at once.
    """

    chance: Random
    pace: float = 1.0
    takes_breaks: bool = True
    folder: Path | None = None
    people: dict[str, Person] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.people = {person.username: person for person in Person.objects.filter(is_active=True)}
        self.simulated = {*history.CREW.values(), *(who for crew in cell.CREW.values() for who in crew.values())}
        self.staff = Staff(self.people)
        self.is_demo_plant = self.simulated | {"supervisor", "quality", "greta", "ana", "noor"} <= set(self.people)
        self.worker = Worker(self.people, Shelf(), self.witness, self.chance, folder=self.folder)
        self.began: datetime | None = None
        self.see_machines()

    def see_machines(self) -> None:
        """Which machines work by now."""
        self.machines = Machines()
        self.simulated |= self.machines.accounts

    def witness(self, code: str, who: str) -> Person:
        return self.people["noor" if code == "50" else cell.WITNESS[who]]

    def look(self, at: datetime) -> int:
        """Do what is due at every station, and beside them; returns how many things were done.

        What is refused is left for the next look: somebody else was quicker, or a gate has its reason. In another plant
        than the demo's they do nothing.
        """
        if not self.is_demo_plant:
            return 0
        self.began = self.began or at
        self.see_machines()
        occupied = StationLogon.objects.filter(is_active=True).values("device__station")
        stations = Station.objects.filter(is_active=True).exclude(pk__in=occupied)
        done = 0
        for station in stations.select_related("site", "work_center__area", "work_center__calendar").order_by("code"):
            done += self._try(self.at_station, station, at)
        staff = self.staff
        acts = (
            *(staff.answer_calls, staff.release_holds, staff.book_again, staff.correct_wear),
            *(staff.release_orders, staff.refill, staff.overhaul),
        )
        for act in acts:
            done += self._try(act, at)
        return done

    def _try(self, act: Callable[..., int], *arguments: Station | datetime) -> int:
        try:
            return int(act(*arguments))
        except Refusal as refusal:
            logger.info("%s: %s", act.__name__, refusal)
            return 0

    def who(self, station: Station, at: datetime) -> Person | None:
        """Who works at the station in this shift; on the pump line always the same."""
        number = station.code.removeprefix("ST-")
        if number in history.CREW:
            return self.people.get(history.CREW[number])
        timetable = timetable_of(station.work_center)
        shift = shift_at(timetable, at) if timetable else None
        crew = cell.CREW.get(shift.code if shift else "", cell.CREW["E"])
        return self.people.get(crew.get(number[1:], ""))

    def at_station(self, station: Station, at: datetime) -> bool:
        """One thing at a station: go on with what runs there, else begin something."""
        who = self.who(station, at)
        if who is None:
            return False
        found = running_at(station).select_related("unit__product", "station__site", "work_order", "worked_by")
        running = [one for one in found if one.worked_by.username in self.simulated and not _is_a_persons(one)]
        if self.chance.random() < CALL_CHANCE and self.call(station, who, at):
            return True
        held = held_among(running) if running else set()
        for one in running:
            if one.pk not in held:
                return self.go_on(one, who, at)
        if found and self.machines.count_at(station):
            return False  # it would not know for which of the two it counts
        return not self.is_break(station, at) and self.begin(station, who, at)

    def go_on(self, one: OperationExecution, who: Person, at: datetime) -> bool:
        """Take over what the shift before has left, record the next step in its time, complete at the end of it.

        In a break they pause, and resume after it.
        """
        unit, code = one.unit, one.operation_code
        unit.work_order = one.work_order
        self.worker.running[unit.pk, code] = one
        if (on := crew_of(one).own(who)) is None or self.is_break(one.station, at):
            return self.pause_or_resume(one, who, at, is_on=on is not None)
        operation, at_once = operation_of(unit, code), float(min(one.quantity, Decimal(40)))
        planned_s = operation.setup_time_s + operation.run_time_s * at_once
        took_s = (at - one.started_at).total_seconds() * self.pace
        readings = values_in_force([one.pk])
        known = {(reading.step_code, reading.sample): reading.value for reading in readings}
        waited_s = (at - max(one.started_at, self.began or at)).total_seconds()
        machine = self.machines.working_on(one, operation, readings)
        if self.prepares(unit, code, one.station, who, at):
            return False
        if machine is not None and waited_s < 3 * planned_s / self.pace + PATIENCE_S:
            return self.attend(machine, one, who, at, known, share=2 * took_s / planned_s)
        if took_s >= planned_s:
            self.end(one, who, at, known)
            return True
        if len(known) >= int(len(list(operation.required)) * took_s / planned_s):
            return False
        left = self.worker.entries(unit, code, who.username, known=known)
        if len(left) > 1:
            self.worker.report(unit, code, who.username, at, left[:1])
        return len(left) > 1

    def attend(
        self, machine: MachineWork, one: OperationExecution, who: Person, at: datetime, known: Values, *, share: float
    ) -> bool:
        """What is to be done beside a machine: the steps that it does not answer, and the end once it is done.

        share: of the time by whose end all that is theirs is recorded; at once when the machine has done its part.
        """
        unit, code, who_is = one.unit, one.operation_code, who.username
        if machine.has_failed:
            self.worker.finish(unit, code, who_is, at, [], one.quantity_open, FAILED[code], defect=defect_of(one))
            return True
        left = [
            given for given in self.worker.entries(unit, code, who_is, known=known) if given.step_code in machine.ours
        ]
        ours = sum(step in machine.ours for step, _ in known)
        if left and (machine.is_done or ours < max(1, int((len(left) + ours) * share))):
            self.worker.report(unit, code, who_is, at, left[:1])
            return True
        if machine.reads and machine.shows_good(at):
            self.worker.report(unit, code, who_is, at, [Given(step, FROM_MACHINE) for step in machine.reads])
            return True
        if left or not machine.is_done or machine.completes:
            return False
        self.worker.finish(unit, code, who_is, at, [])
        return True

    def pause_or_resume(self, one: OperationExecution, who: Person, at: datetime, *, is_on: bool) -> bool:
        """Whoever is on it in a break pauses; whoever is not on it outside of one takes it over or goes on."""
        if self.is_break(one.station, at):
            if is_on:
                spend(labor.pause, who, one, at, reason=BREAK)
            return is_on
        if one.worked_by_id == who.pk:
            spend(labor.resume, who, one, at)
        else:
            self.worker.take_over(one.unit, one.operation_code, who.username, at)
        return True

    def is_break(self, station: Station, at: datetime) -> bool:
        """Whether the shift at the station has a break now."""
        if not self.takes_breaks:
            return False
        timetable = timetable_of(station.work_center)
        shift = shift_at(timetable, at) if timetable else None
        return shift is not None and any(pause.begins_at <= at < pause.ends_at for pause in shift.breaks)

    def end(self, one: OperationExecution, who: Person, at: datetime, known: Values) -> None:
        """Complete what runs; now and then a pump is scrapped."""
        code, who_is = one.operation_code, who.username
        if one.station.code.removeprefix("ST-") in SCRAP and self.chance.random() < SCRAP_CHANCE:
            self.worker.finish(one.unit, code, who_is, at, [], one.quantity_open, SCRAP[code], defect=defect_of(one))
            return
        entries = self.worker.entries(one.unit, code, who_is, known=known)
        self.worker.finish(one.unit, code, who_is, at, entries)

    def begin(self, station: Station, who: Person, at: datetime) -> bool:
        """Start what is next by rank, its station cleared where that is asked; now and then it is held instead."""
        job, needs_clearance = next_job(station, who)
        if job is None:
            return False
        job.unit.work_order = job.order
        if self.chance.random() < HOLD_CHANCE:
            with open_door(person=who, at=at, station=station.code):
                holds.place(by=who, at=at, reason_code=HoldReason.QUALITY, reason=HOLD_REASON, unit=job.unit)
        elif needs_clearance:
            self.worker.clear(job.unit, station, who.username, at)
        elif not self.charge(station, who, at) and not self.prepares(job.unit, job.operation.code, station, who, at):
            self.worker.start(job.unit, job.operation.code, station, who.username, at)
        return True

    def prepares(self, unit: Unit, code: str, station: Station, who: Person, at: datetime) -> bool:
        """Whether the machine is being prepared, or is asked to be now."""
        return self.worker.prepare(unit, code, station, who.username, at)

    def charge(self, station: Station, who: Person, at: datetime) -> bool:
        """Start the two that are next together, where a machine takes them so and they fit into it."""
        ready = [one.job for one in queue_at(station, who, ready=2, coming=0).ready if not one.blockers]
        codes = {job.operation.code for job in ready}
        if len(ready) < 2 or len(codes) > 1 or not self.machines.takes_batches_at(station):
            return False
        for job in ready:
            job.unit.work_order = job.order
        try:
            self.worker.start_batch([job.unit for job in ready], *codes, station, who.username, at)
        except Refusal:
            return False  # too much for one run: alone then
        return True

    def call(self, station: Station, who: Person, at: datetime) -> bool:
        if HelpCall.objects.filter(station=station).exclude(status=CallStatus.DONE).exists():
            return False
        kind = self.chance.choice(list(CALLS))
        with open_door(person=who, at=at, station=station.code):
            help_calls.call(station=station, kind=kind, note=CALLS[kind], by=who, at=at)
        return True


def defect_of(one: OperationExecution) -> str:
    """The defect that is named with what is scrapped at the operation; none where the plant has it no more."""
    try:
        return operations.defect_found(one.station, FOUND[one.operation_code]).code
    except ReasonUnknown:
        return ""


def _is_a_persons(one: OperationExecution) -> bool:
    """Whether who has the job was logged on at a browser of the station since it was started."""
    logons = StationLogon.objects.filter(device__station=one.station_id, person=one.worked_by_id)
    return logons.filter(Q(logged_off_at__isnull=True) | Q(logged_off_at__gte=one.started_at)).exists()
