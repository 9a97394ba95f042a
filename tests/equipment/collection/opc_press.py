"""A press with OPC UA that a collector watches: its connection and tags, and what it did."""

import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from equipment.drivers.base import Quality, Value, ValueType
from equipment.drivers.opcua.certificates import KeyPair
from equipment.drivers.simulator.opcua_server import Change, OpcUaServer, Variable
from equipment.models import Connection, Observation, SecurityProfile, Station, Tag
from mes.kernel.door import open_door
from tests.equipment.collection.floor import COUNTER, ledger, samples_of, tag_of, until

SPEED = Variable("Press/Speed", 1.5)
COUNT = Variable("Press/Count", 10, ValueType.INT32)
PART = Variable("Press/Part", 0, ValueType.UINT32)
SERIAL = Variable("Press/Serial", "", ValueType.TEXT)
FORCE = Variable("Press/Force", 2.5)
HEARD = Variable("Press/Heard", 0, ValueType.UINT32, is_writable=True)
PRESS = [SPEED, COUNT, PART, SERIAL, FORCE, HEARD]
ON_THE_WAY = timedelta(seconds=0.5)  # what the server did in the last moment of a link may not have come

NEVER = datetime.min.replace(tzinfo=UTC)

Stored = tuple[datetime, Value]
Times = tuple[datetime, datetime]


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

    def ledger(self) -> None:
        """The ledger's question, and the press's own: each change while it was watched is stored once, in order."""
        asked = timezone.now()
        until(lambda: self._is_seen_until(asked), "what it told by now")
        ledger(self.connection)
        times = list(self._observations().order_by("began_at").values_list("began_at", "seen_until"))
        assert times, "it accounts for nothing"
        for tag in self.connection.tags.all():
            told = self.server.changes(tag.address.partition(";s=")[2])
            good = [row for row in samples_of(tag) if row[3] >= Quality.GOOD]
            compare(tag, told, [(at, text if value is None else value) for at, value, text, _ in good], times)

    def _observations(self) -> Any:
        return Observation.objects.filter(connection=self.connection)

    def _is_seen_until(self, asked: datetime) -> bool:
        lasting = self._observations().filter(ended_at=None)
        return not lasting.filter(seen_until__lt=asked + ON_THE_WAY).exists()


def compare(tag: Tag, told: Sequence[Change], stored: Sequence[Stored], watched: Sequence[Times]) -> None:
    """The server's own log with what is on record of it. watched: the observations, in order.

    What it told while it was watched has to be there, in its order. What it did otherwise may be: the first value of
    each observation is what stood then. Beyond that only a value that is told anew after its longest silence.
    """
    firsts = {next((at for at, _ in stored if at > before), None) for before in (NEVER, *(end for _, end in watched))}
    changes, place, last = _changed(told, watched[0][0]), 0, (NEVER, None)
    assert changes, f"{tag.code}: it accounts for nothing"
    for at, value in stored:
        found = place
        while found < len(changes) and changes[found].value != value and not _is_due(changes[found], watched):
            found += 1
        if found < len(changes) and changes[found].value == value:
            place = found + 1
        else:
            is_again = value == last[1] and at - last[0] >= timedelta(seconds=tag.max_silence_s)
            assert is_again or at in firsts, f"{tag.code} is {value} at {at}, which the machine did not do then"
        last = at, value
    missing = [change for change in changes[place:] if _is_due(change, watched)]
    assert not missing, f"{tag.code}: not stored {missing}"


def _changed(told: Sequence[Change], began: datetime) -> list[Change]:
    """From what stood at the beginning on, those that are good; what is the same as before is told by no server."""
    first = max((place for place, change in enumerate(told) if change.at < began), default=0)
    news = [
        change
        for before, change in zip((None, *told[first:]), told[first:], strict=False)
        if before is None or (before.value, before.is_good) != (change.value, change.is_good)
    ]
    return [change for change in news if change.is_good]


def _is_due(change: Change, watched: Sequence[Times]) -> bool:
    return any(began <= change.at <= seen_until - ON_THE_WAY for began, seen_until in watched)
