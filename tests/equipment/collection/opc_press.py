"""A press with OPC UA that a collector watches: its connection and tags, and what it did."""

import ssl
from collections.abc import Sequence
from typing import Any

from equipment.drivers.base import Value, ValueType
from equipment.drivers.opcua.certificates import KeyPair
from equipment.drivers.simulator.opcua_server import OpcUaServer, Variable
from equipment.models import Connection, SecurityProfile, Station, Tag
from mes.kernel.door import open_door
from tests.equipment.collection.floor import COUNTER, samples_of, tag_of

SPEED = Variable("Press/Speed", 1.5)
COUNT = Variable("Press/Count", 10, ValueType.INT32)
PART = Variable("Press/Part", 0, ValueType.UINT32)
SERIAL = Variable("Press/Serial", "", ValueType.TEXT)
FORCE = Variable("Press/Force", 2.5)
HEARD = Variable("Press/Heard", 0, ValueType.UINT32, is_writable=True)
PRESS = [SPEED, COUNT, PART, SERIAL, FORCE, HEARD]


def pem(certificate: bytes) -> str:
    return ssl.DER_cert_to_PEM_cert(certificate)


def profile_of(station: Station, ours: KeyPair, *trusted: KeyPair, **more: Any) -> SecurityProfile:
    """How we show ourselves, and whom we trust."""
    with open_door(person=None):
        return SecurityProfile.objects.create(
            site=station.site,
            code="cell",
            name="Cell",
            certificate=pem(ours.certificate),
            private_key=ours.private_key.decode(),
            trusted="".join(pem(pair.certificate) for pair in trusted),
            **more,
        )


class Press:
    """server: plugged in. speed is a value, count a counter of parts, part the number of a handshake."""

    def __init__(self, server: OpcUaServer, station: Station, security: SecurityProfile | None = None) -> None:
        self.server, self.station = server, station
        with open_door(person=None):
            self.connection = Connection.objects.create(
                site=station.site,
                code="OPC-1",
                name="Press",
                kind="OPCUA",
                address=server.address,
                period_ms=50,
                timeout_ms=2_000,
                security=security,
            )
        self.speed = self.tag("speed", SPEED)
        self.count = self.tag("count", COUNT, station=station, **COUNTER | {"rollover": 0})

    def tag(self, code: str, variable: Variable, **more: Any) -> Tag:
        given = {"value_type": variable.value_type, "report": "CHANGE"} | more
        return tag_of(self.connection, code, variable.address, **given)

    def hands_over(self) -> Tag:
        """From now on each part is told by a handshake."""
        part = self.tag(
            "part", PART, station=self.station, role="EVENT", books="PART_DONE", acknowledge_address=HEARD.address
        )
        self.tag("serial", SERIAL, event=part, field="serial")
        self.tag("force", FORCE, event=part, field="step:FORCE")
        return part

    def shows(self, variable: Variable, *values: Value) -> None:
        """One after the other, with nothing in between."""
        self.server.set_all([(variable.path, value) for value in values])

    def stored(self, tag: Tag) -> Sequence[Value]:
        return [value for _, value, text, quality in samples_of(tag) if quality >= 192]
