"""What others do beside the simulated operators: come when called, release holds and orders, receive, overhaul."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q

from equipment.actions import assets, help_calls, machine_commands
from equipment.actions.machine_commands import signed_content
from equipment.drivers.base import is_good
from equipment.event_doubts import doubt_of
from equipment.models import HelpCall, MachineCommand, PhysicalAsset, Station, Tag
from equipment.readouts import readout
from equipment.status import CallKind, CallStatus, Purpose
from genealogy.models import Unit
from genealogy.status import UnitStatus
from mes.demo.ground import MACHINING
from mes.demo.machines.attending import Machines, refused_of_late
from mes.demo.people import MACHINES
from mes.demo.stock import SERIALS
from mes.demo.supply import Shelf
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.canonical import digest
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal
from mes.station.actions import machine_events
from orders.models import WorkOrder
from orders.status import OrderStatus
from wip.actions import holds
from wip.actions import orders as floor
from wip.actions.holds import release_content
from wip.models import Hold, OpenOperation
from wip.queries import running_at
from wip.status import HoldStatus

OPEN_ORDERS = 5  # of a product: with fewer the next one is released
MOST_ORDERS = 16  # with a machine that has nothing to do
FIRST_MACHINES = {"GS-24": "ST-110"}
CALL_LASTS, HOLD_LASTS = timedelta(minutes=3), timedelta(minutes=6)
WEAR, WEARS_EVERY, WORN_OUT = "wear", timedelta(hours=2), -0.12  # mm
# By these words they know what simulated operators did.
HOLD_REASON = "DOUBT-PART The unit or lot itself: scratch beside the seam, quality has a look"
FAILED = "Failed at "  # so a machine's result begins its hold
RELEASED = {True: "Scratch is within the limit sample", False: "Tried again, the same: it is scrap"}
CALLS = {CallKind.MATERIAL: "Next tray, please", CallKind.MAINTENANCE: "Cable of the scanner is loose"}


@dataclass
class Staff:
    """Supervisors, quality and engineers, by user name."""

    people: Mapping[str, Person]
    hold_lasts: timedelta = HOLD_LASTS

    def overhaul(self, at: datetime) -> int:
        """What is worn out at a machine gets its next edge."""
        worn = PhysicalAsset.objects.filter(station__isnull=False, cycles__gte=F("asset_class__life_cycles"))
        by, done = self.people["ana"], 0
        for asset in worn:
            with open_door(person=by, at=at):
                assets.overhaul(asset=asset, reason="Exchanged for a sharp one", by=by, at=at)
                done += 1
        return done

    def answer_calls(self, at: datetime) -> int:
        """The supervisors come to what simulated people called for, and see to it."""
        done = 0
        mine = HelpCall.objects.exclude(status=CallStatus.DONE).filter(note__in=CALLS.values())
        due = mine.filter(called_at__lt=at - CALL_LASTS / 2).select_related("station__work_center__area")
        for call in due:
            area = call.station.work_center.area
            by = self.people["greta" if area is not None and area.code == MACHINING else "supervisor"]
            with open_door(person=by, at=at):
                if call.status == CallStatus.OPEN:
                    help_calls.take(call=call, by=by, at=at)
                elif call.called_at < at - CALL_LASTS:
                    help_calls.finish(call=call, answer="Done", by=by, at=at)
                done += 1
        return done

    def release_holds(self, at: datetime) -> int:
        """Quality releases what simulated people and machines held; other holds are not theirs."""
        due = Hold.objects.select_related("placed_by").filter(
            Q(reason=HOLD_REASON) | Q(placed_by__username=MACHINES, reason__startswith=FAILED),
            status=HoldStatus.OPEN,
            placed_at__lt=at - self.hold_lasts,
        )
        by, done = self.people["quality"], 0
        for hold in due:
            with open_door(person=by, at=at):
                signing = Signing(by, Meaning.RELEASED, digest(release_content(hold)))
                reason = RELEASED[hold.reason == HOLD_REASON]
                holds.release(hold=hold, reason=reason, signing=signing, by=by, at=at)
                done += 1
        return done

    def book_again(self, at: datetime) -> int:
        """A supervisor looks at what was refused of the machines, and books it once its reason is gone; not what nobody
        can know that did not see it.
        """
        by, done = self.people["supervisor"], 0
        for event in refused_of_late(at):
            if doubt_of(event) is not None:
                continue
            with open_door(person=by, at=at, reason="Looked at it") as passage:
                try:
                    machine_events.book_again(event=event, by=by, at=passage.at)
                    done += 1
                except Refusal as refusal:
                    machine_events.refuse(event=event, refusal=refusal, by=by, at=passage.at)
        return done

    def correct_wear(self, at: datetime) -> int:
        """The supervisor moves the lathe's tool by what its edge has lost, and signs that; a new edge begins at 0."""
        lathe = Station.objects.filter(code="ST-110", tags__code=WEAR, tags__needs_signature=True).first()
        said = readout(lathe.pk, WEAR, at) if lathe is not None else None
        if lathe is None or said is None or not said.is_watched or not isinstance(said.value, float):
            return 0
        of_late = MachineCommand.objects.filter(station=lathe, purpose=Purpose.HAND, asked_at__gt=at - WEARS_EVERY)
        if not is_good(said.quality) or of_late.exists():
            return 0
        by, moved = self.people["greta"], round(said.value - 0.01, 2)
        value = moved if moved >= WORN_OUT else 0.0
        tag = Tag.objects.select_related("connection").get(station=lathe, code=WEAR)
        reason = "Outer diameter 0.02 above the middle" if value else "New edge"
        lines = [{"tag": WEAR, "value": value, "expected": said.value}]
        signing = Signing(by, Meaning.APPROVED, digest(signed_content(tag.connection, [tag], lines, reason)))
        with open_door(person=by, at=at):
            machine_commands.queue(
                connection=tag.connection, lines=lines, wait_s=60, reason=reason, signing=signing, by=by, at=at
            )
        return 1

    def release_orders(self, at: datetime) -> int:
        """The next order of a product when there is little to do, or nothing for a machine that is quick."""
        done = 0
        for product, who in (("IP2", "supervisor"), ("GS-24", "greta")):
            orders = WorkOrder.objects.filter(product_revision__product__code=product)
            on_the_floor = orders.filter(status__in=[OrderStatus.RELEASED, OrderStatus.RUNNING]).count()
            if on_the_floor >= (OPEN_ORDERS if _has_work(FIRST_MACHINES.get(product, "")) else MOST_ORDERS):
                continue
            order = orders.filter(status=OrderStatus.DRAFT).order_by("due_at", "erp_reference").first()
            if order is not None:
                with open_door(person=self.people[who], at=at):
                    floor.release(order=order, by=self.people[who], at=at)
                done += 1
        return done

    def refill(self, at: datetime) -> int:
        """Boards and drives come when few are left."""
        return sum(1 for _ in self._deliveries(at))

    def _deliveries(self, at: datetime) -> Iterator[Unit]:
        by = self.people["supervisor"]
        for code in SERIALS:
            if Unit.objects.filter(product__code=code, status=UnitStatus.FINISHED).count() < 12:
                with open_door(person=by, at=at, reason="Delivery"):
                    yield from Shelf.receive(code, 24, by=by, at=at)


def _has_work(station: str) -> bool:
    """Whether something runs at the machine or waits for it; where there is none it has."""
    here = Station.objects.filter(code=station).first()
    if here is None or not Machines().count_at(here):
        return True
    waiting = OpenOperation.objects.filter(site=here.site_id, station_class=here.station_class_id, is_ready=True)
    return waiting.exists() or running_at(here).exists()
