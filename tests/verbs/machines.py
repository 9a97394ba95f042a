"""What is written to machines by hand, and what becomes of events of theirs that were refused."""

from equipment.actions import machine_commands
from equipment.machine_events import events_with_their_tags
from equipment.models import Connection, MachineEvent, Tag
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from mes.kernel.door import open_door
from mes.kernel.refusals import Refusal
from mes.station.actions import machine_events, refused_events
from tests.machine_floor import counter, happens, press, value
from tests.verbs.workshop import Workshop

ASKED = {"lines": [{"tag": "SPEED", "value": 40, "expected": 0}], "wait_s": 10, "reason": "New batch"}


def write_to_a_machine(shop: Workshop):
    return shop.act(machine_commands.queue, "ines", connection=_press(shop, needs_signature=False), **ASKED)


def write_to_a_machine_signed(shop: Workshop):
    signing = Signing(shop.plant.people["ines"], Meaning.APPROVED)
    connection = _press(shop, needs_signature=True)
    return shop.act(machine_commands.queue, "ines", connection=connection, signing=signing, **ASKED)


def take_back_what_a_machine_was_to_be_told(shop: Workshop):
    return shop.act(machine_commands.cancel, "ines", command=write_to_a_machine(shop)())


def settle_events(shop: Workshop, count: int = 1):
    return shop.act(refused_events.settle, "ines", events=_refused(shop, count), settlement="BY_HAND")


def book_events_again(shop: Workshop, count: int = 2):
    return shop.act(refused_events.book_many_again, "ines", events=_refused(shop, count))


def _refused(shop: Workshop, count: int) -> list[MachineEvent]:
    """Events of a counter that were refused, each with what its verbs ask of it."""
    tag = Tag.objects.filter(code="COUNT").first()
    tag = tag or counter(press(shop.plant, code=shop.name("PRESS")), shop.plant.stations["10"], code="COUNT")
    events = [happens(shop.plant, tag) for _ in range(count)]
    with open_door(person=None):
        for event in events:
            machine_events.refuse(event=event, refusal=Refusal("Nothing runs."), by=None, at=shop.plant.at())
    return list(events_with_their_tags().filter(pk__in=[event.pk for event in events]).order_by("pk"))


def _press(shop: Workshop, *, needs_signature: bool) -> Connection:
    """A press whose speed may be written."""
    connection = press(shop.plant, code=shop.name("PRESS"))
    value(connection, shop.plant.stations["10"], "SPEED", is_writable=True, needs_signature=needs_signature)
    return connection
