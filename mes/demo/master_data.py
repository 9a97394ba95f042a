"""The demo plant's products, routings and instructions: drafted by engineers, released by quality."""

from collections.abc import Callable
from datetime import datetime, timedelta

from equipment.models import AssetClass
from genealogy.models import SerialCounter
from mes.demo import instructions, pump, routing, shafts
from mes.demo.ground import Ground
from mes.demo.people import PEOPLE
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person, Qualification
from orders.actions import revisions
from orders.actions.drafts import copy_product_revision
from orders.actions.instructions import confirm_instruction
from orders.content import digest_of
from orders.models import InstructionRevision, Operation, ProductRevision, RoutingRevision, Tracking

REASON = "Demo plant"
Draft = ProductRevision | RoutingRevision | InstructionRevision


def release_master_data(
    people: dict[str, Person],
    ground: Ground,
    assets: dict[str, AssetClass],
    qualifications: dict[str, Qualification],
    *,
    now: datetime,
    at: datetime,
) -> None:
    """What the plant works by since `at`, and what its engineers are at now."""
    known = routing.Known(ground.site, ground.classes, qualifications, assets)
    with open_door(person=people["engineer"], at=at, reason=REASON):
        sheets: list[Draft] = [*instructions.build_instructions()]
        drafts: list[Draft] = []
        made = _draft_pump(), _draft_tubing(), _draft_shaft()
        designs = ((pump.PUMP, 7), (pump.TUBING, 2), (shafts.SHAFT, 4))
        for product, (operations, number) in zip(made, designs, strict=True):
            drafts += [product, routing.build_routing(product.product, operations, number=number, known=known)]
    for ready in (sheets, drafts):  # a routing is whole when what it refers to is released
        sign_all(ready, revisions.approve, people["engineer"], Meaning.APPROVED, at, REASON)
        sign_all(ready, revisions.release, people["quality"], Meaning.RELEASED, at, "CAPA-0041 closed")
    _confirm(people, at + timedelta(hours=4))
    _leave_drafts(people, made[0], drafts, now)


def sign_all(
    drafts: list[Draft], verb: Callable[..., object], who: Person, meaning: Meaning, at: datetime, reason: str
) -> None:
    """Approve or release each, with a signature of its content as it is."""
    with open_door(person=who, at=at, reason=reason):
        for one in drafts:
            verb(revision=one, signing=Signing(who, meaning, digest_of(one)), by=who, at=at)


def _confirm(people: dict[str, Person], at: datetime) -> None:
    """Whoever is qualified for an operation has read the instruction that it wants confirmed."""
    asking = Operation.objects.filter(must_confirm_instruction=True).select_related("instruction")
    for operation in asking.prefetch_related("qualifications__qualification"):
        assert operation.instruction is not None
        revision = operation.instruction.revisions.get()
        asked = {one.qualification.code for one in operation.qualifications.all()}
        for one in PEOPLE:
            if asked <= set(one.qualifications) and one.username not in ("quality", "samuel"):
                person = people[one.username]
                with open_door(person=person, at=at):
                    confirm_instruction(revision=revision, by=person, at=at)


def _leave_drafts(people: dict[str, Person], product: ProductRevision, drafts: list[Draft], now: datetime) -> None:
    """Revision D of the pump waits for its release; of the pump's routing there is a draft that is not ready."""
    engineer, yesterday = people["engineer"], now - timedelta(hours=26)
    released = next(one for one in drafts if isinstance(one, RoutingRevision) and one.number == 7)
    with open_door(person=engineer, at=yesterday, reason="IEC 60601-1: electrical safety test"):
        routing.draft_next(released, by=engineer, at=yesterday)
    with open_door(person=engineer, at=yesterday, reason="Second gasket supplier"):
        draft = copy_product_revision(revision=product, by=engineer, at=yesterday)
        routing.allow_second_gasket(draft)
    sign_all([draft], revisions.approve, engineer, Meaning.APPROVED, yesterday + timedelta(hours=2), "Complete")


def _draft_pump() -> ProductRevision:
    draft = routing.build_product(
        "IP2", "Infusion pump", revision="C", parts=pump.PUMP_PARTS, serial_pattern="IP2-{number:06}"
    )
    SerialCounter.objects.create(product=draft.product, last=4140)  # the plant has made some before
    return draft


def _draft_tubing() -> ProductRevision:
    return routing.build_product(
        "TS-150",
        "Tubing set 150 cm",
        revision="B",
        parts=pump.TUBING_PARTS,
        serial_pattern="TS-{number:05}",
        tracking=Tracking.LOT,
    )


def _draft_shaft() -> ProductRevision:
    draft = routing.build_product(
        "GS-24",
        "Gear shaft, module 1, 18 teeth",
        revision="A",
        parts=shafts.SHAFT_PARTS,
        serial_pattern="GS24-{number:05}",
        tracking=Tracking.LOT,
    )
    SerialCounter.objects.create(product=draft.product, last=2210)
    return draft
