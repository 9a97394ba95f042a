"""What is written to machines by hand."""

from equipment.actions import machine_commands
from equipment.models import Connection
from mes.kernel.audit.actions.signatures import Signing
from mes.kernel.audit.models import Meaning
from tests.machine_floor import press, value
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


def _press(shop: Workshop, *, needs_signature: bool) -> Connection:
    """A press whose speed may be written."""
    connection = press(shop.plant, code=shop.name("PRESS"))
    value(connection, shop.plant.stations["10"], "SPEED", is_writable=True, needs_signature=needs_signature)
    return connection
