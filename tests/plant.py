"""A small plant for tests, built by the verbs themselves; named people, one pump line of three operations.

10 BOARD (scan board, text)  ─┐
                              ├─> 30 TORQUE (scan screws by lot, torque x 2, check) ─> 40 LEAK (number, signed)
20 DRIVE (check)             ─┘
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.contrib.auth.hashers import make_password

from equipment.models import Site, SiteAccess, Station, StationClass, WorkCenter
from genealogy.actions import units
from genealogy.models import Unit
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person, PersonQualification, Qualification
from mes.kernel.personnel.roles import Role
from mes.station.actions import operations
from mes.station.actions.operations import Completion, Given
from orders.actions import revisions, work_orders
from orders.actions.work_orders import OrderRequest
from orders.content import digest_of
from orders.models import (
    BomLine,
    Operation,
    OperationEdge,
    OperationQualification,
    Product,
    ProductRevision,
    Routing,
    RoutingRevision,
    Step,
    Tracking,
    WorkOrder,
)
from wip.actions import orders as floor_orders
from wip.models import OperationExecution
from wip.queries import execution_at

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
PIN = "4711"


@dataclass
class Plant:
    """The plant and its people. Everything is at site Northfield; Southfield is there to be refused."""

    site: Site
    elsewhere: Site
    people: dict[str, Person]
    stations: dict[str, Station]
    pump: ProductRevision
    board: Product
    screws: Product
    routing: RoutingRevision
    torque: Qualification
    clock: datetime = NOW
    count: int = field(default=0)

    @cached_property
    def operator(self) -> Person:
        return self.people["amina"]

    def at(self, seconds: int = 60) -> datetime:
        """The plant's clock, moved on."""
        self.clock += timedelta(seconds=seconds)
        return self.clock

    def door(self, who: str = "amina", **more):
        return open_door(person=self.people[who], at=self.at(), **more)

    def order(self, quantity: int = 1, *, reference: str = "", due_in_days: int = 2, priority: int = 5) -> WorkOrder:
        """A draft order for pumps."""
        self.count += 1
        request = OrderRequest(
            erp_reference=reference or f"WO-{self.count:05}",
            product_revision=self.pump,
            quantity=Decimal(quantity),
            quantity_unit="pcs",
            due_at=NOW + timedelta(days=due_in_days),
            priority=priority,
            site=self.site,
        )
        with self.door("pavel") as passage:
            (order,) = work_orders.create(requests=[request], by=passage.person, at=passage.at)
        return WorkOrder.objects.get(pk=order.pk)

    def released(self, quantity: int = 1, **more) -> WorkOrder:
        order = self.order(quantity, **more)
        with self.door("ines") as passage:
            return floor_orders.release(order=order, by=passage.person, at=passage.at)

    def approve(self, revision, who: str = "hiroshi"):
        with self.door(who) as passage:
            by = passage.person
            return revisions.approve(
                revision=revision, signing=signing(revision, Meaning.APPROVED, by), by=by, at=passage.at
            )

    def release(self, revision, who: str = "mei"):
        """Release an approved revision."""
        with self.door(who) as passage:
            by = passage.person
            return revisions.release(
                revision=revision, signing=signing(revision, Meaning.RELEASED, by), by=by, at=passage.at
            )

    def approve_and_release(self, revision):
        self.approve(revision)
        return self.release(revision)

    def unit(self, **more) -> Unit:
        """A unit of a released order with one unit."""
        return self.fresh(self.released(1, **more).units.get())

    def fresh(self, unit: Unit) -> Unit:
        return Unit.objects.select_related(
            "product", "work_order__routing_revision", "work_order__product_revision"
        ).get(pk=unit.pk)

    def receive(self, product: Product, serial: str, quantity: int = 1) -> Unit:
        with self.door("ines") as passage:
            return units.receive(
                site=self.site,
                product=product,
                serial=serial,
                quantity=Decimal(quantity),
                by=passage.person,
                at=passage.at,
            )

    def a_board(self) -> str:
        self.count += 1
        return self.receive(self.board, f"PCB-{self.count:05}").serial

    def a_lot(self, quantity: int = 1000) -> str:
        self.count += 1
        return self.receive(self.screws, f"LOT-{self.count:05}", quantity).serial

    def start(self, unit: Unit, code: str, who: str = "amina") -> OperationExecution:
        with self.door(who) as passage:
            return operations.start(
                unit=self.fresh(unit),
                operation_code=code,
                station=self.stations[code],
                by=passage.person,
                at=passage.at,
            )

    def report(
        self,
        unit: Unit,
        code: str,
        *given: Given,
        who: str = "amina",
        complete: bool = False,
        completion: Completion | None = None,
        **door,
    ) -> OperationExecution:
        execution = execution_at(unit, code)
        assert execution is not None
        with self.door(who, **door) as passage:
            return operations.report(
                execution=execution,
                given=given,
                completion=completion or (Completion() if complete else None),
                station=self.stations[code],
                by=passage.person,
                at=passage.at,
            )

    def entries(self, code: str) -> list[Given]:
        """Right values for all steps of an operation, with fresh components."""
        return {
            "10": lambda: [Given("BOARD", self.a_board()), Given("FIRMWARE", "4.2.1")],
            "20": lambda: [Given("DRIVE", "yes")],
            "30": lambda: [
                Given("SCREWS", self.a_lot(6)),
                Given("TORQUE", "1.21", 1),
                Given("TORQUE", "1.19", 2),
                Given("SEATED", "yes"),
            ],
            "40": lambda: [Given("LEAK", "0.12")],
        }[code]()

    def signed(self, who: str = "amina") -> Completion:
        return Completion(signing=Signing(self.people[who], Meaning.PERFORMED))

    def do(self, unit: Unit, *codes: str) -> Unit:
        """Take the unit through these operations, good."""
        for code in codes:
            self.start(unit, code)
            self.report(unit, code, *self.entries(code), completion=self.signed() if code == "40" else Completion())
        return self.fresh(unit)


def signing(revision, meaning: Meaning, person: Person) -> Signing:
    """A signature of the revision's content as it is now."""
    return Signing(person, meaning, digest_of(revision))


def released_by_two(revision, *, author: Person, releaser: Person, at: datetime):
    """The draft, approved by one and released by another, each through a door of their own."""
    with open_door(person=author, at=at):
        revisions.approve(revision=revision, signing=signing(revision, Meaning.APPROVED, author), by=author, at=at)
    with open_door(person=releaser, at=at):
        release = signing(revision, Meaning.RELEASED, releaser)
        return revisions.release(revision=revision, signing=release, by=releaser, at=at)


def build() -> Plant:
    """Build the plant, within one transaction."""
    with open_door(person=None, at=NOW):
        northfield = Site.objects.create(code="NF", name="Northfield", time_zone="Europe/Vienna")
        southfield = Site.objects.create(code="SF", name="Southfield", time_zone="America/Chicago")
        people = {
            name: _person(name, full, badge, role, northfield)
            for name, full, badge, role in [
                ("amina", "Amina Yusuf", "B-0451", Role.OPERATOR),
                ("tomasz", "Tomasz Nowak", "B-0452", Role.OPERATOR),
                ("ines", "Ines Carvalho", "B-0453", Role.SUPERVISOR),
                ("mei", "Mei-Ling Chen", "B-0454", Role.QUALITY),
                ("hiroshi", "Hiroshi Tanaka", "B-0455", Role.ENGINEER),
                ("pavel", "Pavel Novak", "B-0456", Role.PLANNER),
                ("ruth", "Ruth Adler", "B-0457", Role.AUDITOR),
                ("omar", "Omar Haddad", "B-0458", Role.ADMINISTRATOR),
                ("erp", "ERP interface", None, Role.INTEGRATION),
            ]
        }
        torque = Qualification.objects.create(code="torque", name="Torque tools")
        for name in ("amina", "tomasz", "ines", "erp"):
            PersonQualification.objects.create(
                person=people[name], qualification=torque, level=2, granted_at=NOW, granted_by=people["omar"]
            )
        line = WorkCenter.objects.create(site=northfield, code="LINE-1", name="Line 1")
        stations = {
            code: Station.objects.create(
                site=northfield,
                work_center=line,
                code=f"ST-{code}",
                name=name,
                station_class=StationClass.objects.create(code=name.upper(), name=name),
            )
            for code, name in [("10", "Board"), ("20", "Drive"), ("30", "Torque"), ("40", "Leak")]
        }
        board = Product.objects.create(code="PCB-7", name="Main board")
        screws = Product.objects.create(code="M3X8", name="Screw M3 × 8", tracking=Tracking.LOT)
        pump = Product.objects.create(code="IP2", name="Infusion pump", serial_pattern="IP2-{number:06}")
        revision = ProductRevision.objects.create(product=pump, code="C")
        BomLine.objects.create(product_revision=revision, operation_code="10", component=board, quantity=1)
        BomLine.objects.create(product_revision=revision, operation_code="30", component=screws, quantity=6)
        routing = _routing(pump, northfield, stations, board, screws, torque)
    revision, routing = (
        released_by_two(one, author=people["hiroshi"], releaser=people["mei"], at=NOW) for one in (revision, routing)
    )
    return Plant(northfield, southfield, people, stations, revision, board, screws, routing, torque)


def load() -> Plant:
    """The plant that `build` left in the database, as fresh objects."""
    stations = Station.objects.select_related("site", "work_center", "station_class")
    return Plant(
        site=Site.objects.get(code="NF"),
        elsewhere=Site.objects.get(code="SF"),
        people={person.username: person for person in Person.objects.all()},
        stations={station.code.removeprefix("ST-"): station for station in stations},
        pump=ProductRevision.objects.select_related("product").get(product__code="IP2"),
        board=Product.objects.get(code="PCB-7"),
        screws=Product.objects.get(code="M3X8"),
        routing=RoutingRevision.objects.select_related("routing__site", "routing__product").get(number=7),
        torque=Qualification.objects.get(code="torque"),
    )


def _person(name: str, full_name: str, badge: str | None, role: str, site: Site) -> Person:
    person = Person.objects.create(
        username=name,
        full_name=full_name,
        badge=badge,
        roles=[role],
        password=make_password(PASSWORD),
        pin=make_password(PIN),
    )
    SiteAccess.objects.create(person=person, site=site)
    return person


def _routing(pump, site, stations, board, screws, torque) -> RoutingRevision:
    routing = RoutingRevision.objects.create(
        routing=Routing.objects.create(product=pump, site=site, name="IP2 assembly"), number=7
    )
    operations = {
        code: Operation.objects.create(
            routing_revision=routing,
            code=code,
            name=name,
            station_class=stations[code].station_class,
            run_time_s=200,
            signature_meaning=Meaning.PERFORMED if code == "40" else "",
        )
        for code, name in [("10", "Main board"), ("20", "Drive"), ("30", "Torque"), ("40", "Leak test")]
    }
    for before, after in [("10", "30"), ("20", "30"), ("30", "40")]:
        OperationEdge.objects.create(routing_revision=routing, before=operations[before], after=operations[after])
    OperationQualification.objects.create(operation=operations["30"], qualification=torque, minimum_level=2)
    for code, position, step, kind, more in [
        ("10", 1, "BOARD", "SCAN", {"component": board}),
        ("10", 2, "FIRMWARE", "TEXT", {}),
        ("20", 1, "DRIVE", "CHECK", {}),
        ("30", 1, "SCREWS", "SCAN", {"component": screws}),
        ("30", 2, "TORQUE", "NUMBER", {"samples": 2, "quantity_unit": "N·m", "lower": "1.10", "upper": "1.30"}),
        ("30", 3, "SEATED", "CHECK", {}),
        ("40", 1, "LEAK", "NUMBER", {"quantity_unit": "ml/h", "upper": "0.30"}),
    ]:
        Step.objects.create(
            operation=operations[code], position=position, code=step, kind=kind, name=step.title(), **more
        )
    return routing
