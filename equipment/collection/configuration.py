"""What a collector has to know of a connection: read at the claim and at each change, in one statement."""

import re
import ssl
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from equipment.collection.database import Database, rows, without_sign
from equipment.collection.state_building import Condition, Term
from equipment.collection.times import microseconds
from equipment.drivers.base import Endpoint, Point, Security, Value, ValueType, WordOrder
from mes.kernel.sealing import Secret


@dataclass(frozen=True, slots=True)
class WatchedTag:
    """A tag with its present series, and what was stored of it last: latest (time in µs, value, quality), counter
    (raw, total, number of events), counted_us (when that was), last_event (its content). source: what a counter's raw
    value is read of; of another one it says nothing, and is None.
    """

    key: str
    code: str
    series: int
    station: str | None
    point: Point
    acknowledge: Point | None
    scale: float
    offset: float
    low: float | None
    high: float | None
    report: str
    deadband: float
    max_silence_s: float
    role: str
    books: str
    rollover: int
    reset_below: int
    most_per_minute: int
    event: str | None
    field: str
    latest: tuple[int, Value | None, int] | None
    counter: tuple[int | None, int, int]
    source: str
    counted_us: int | None = None
    last_event: dict[str, Any] | None = None

    @property
    def value_type(self) -> ValueType:
        return self.point.value_type


@dataclass(frozen=True, slots=True)
class Configuration:
    """One connection. conditions: by station, in order of rank. open_states: by station, since when the last known one
    lasts (µs). seen_until: how long it was watched last.
    """

    connection: str
    code: str
    site: str
    kind: str
    is_paused: bool
    version: int
    endpoint: Endpoint
    tags: tuple[WatchedTag, ...]
    conditions: dict[str, tuple[Condition, ...]]
    open_states: dict[str, int]
    seen_until: int | None


_CONNECTION = """
SELECT connection.code, connection.site_id::text, connection.kind, connection.is_paused, configured.number,
    connection.address, connection.device_id, connection.period_ms, connection.timeout_ms, connection.largest_gap,
    connection.largest_span, connection.pause_ms, connection.byte_order, connection.clock_limit_s,
    profile.policy, profile.mode, profile.certificate, profile.private_key, profile.trusted, profile.user_name,
    profile.password,
    (SELECT max(seen_until) FROM equipment_observation WHERE connection_id = connection.id)
FROM equipment_connection connection
JOIN equipment_configurationversion configured ON configured.connection_id = connection.id
LEFT JOIN equipment_securityprofile profile ON profile.id = connection.security_id
WHERE connection.id = %s"""

_TAGS = """
SELECT tag.id::text, tag.code, series.id, tag.station_id::text, tag.address, tag.value_type, tag.byte_order, tag.length,
    tag.acknowledge_address, tag.scale, tag.offset, tag.low, tag.high, tag.report, tag.deadband, tag.max_silence_s,
    tag.role, tag.books, tag.rollover, tag.reset_below, tag.most_per_minute, tag.event_id::text, tag.field,
    latest.at, coalesce(to_jsonb(latest.text), to_jsonb(latest.value)), latest.quality,
    counter.raw, coalesce(counter.total, 0), coalesce(counter.number, 0), counter.source, counter.at,
    event.content
FROM equipment_tag tag
JOIN LATERAL (SELECT id FROM equipment_series WHERE tag_id = tag.id ORDER BY version DESC LIMIT 1) series ON true
LEFT JOIN equipment_latestvalue latest ON latest.series_id = series.id
LEFT JOIN equipment_countertotal counter ON counter.tag_id = tag.id
LEFT JOIN equipment_machineevent event
    ON tag.role = 'EVENT' AND event.tag_id = tag.id AND event.number = counter.number
WHERE tag.connection_id = %s AND tag.is_active ORDER BY tag.code"""

_CONDITIONS = """
SELECT condition.station_id::text, condition.state, condition.detail,
    array_agg(term.tag_id::text ORDER BY term.id), array_agg(term.comparison ORDER BY term.id),
    array_agg(term.value ORDER BY term.id)
FROM equipment_statecondition condition JOIN equipment_stateterm term ON term.condition_id = condition.id
WHERE condition.connection_id = %s GROUP BY condition.id ORDER BY condition.station_id, condition.rank"""

_OPEN_STATES = """
SELECT station_id::text, began_at FROM equipment_equipmentstate WHERE ended_at IS NULL AND station_id IN (
    SELECT station_id FROM equipment_statecondition WHERE connection_id = %s)"""


async def load(database: Database, connection: UUID) -> Configuration:
    """Raises LookupError where there is no such connection, ValueError where a secret can't be opened."""
    found = await rows(database, _CONNECTION, [connection])
    if not found:
        raise LookupError(connection)
    code, site, kind, is_paused, version, *rest, seen_until = found[0]
    endpoint, order = _endpoint(connection, rest)
    return Configuration(
        connection=str(connection),
        code=code,
        site=site,
        kind=kind,
        is_paused=is_paused,
        version=version,
        endpoint=endpoint,
        tags=tuple(_tag(row, str(connection), endpoint, order) for row in await rows(database, _TAGS, [connection])),
        conditions=_conditions(await rows(database, _CONDITIONS, [connection])),
        open_states={station: microseconds(at) for station, at in await rows(database, _OPEN_STATES, [connection])},
        seen_until=microseconds(seen_until) if seen_until else None,
    )


def _conditions(found: list[Any]) -> dict[str, tuple[Condition, ...]]:
    conditions: dict[str, tuple[Condition, ...]] = {}
    for station, state, detail, *columns in found:
        terms = tuple(map(Term, *columns))
        conditions[station] = (*conditions.get(station, ()), Condition(state, detail, terms))
    return conditions


def _endpoint(connection: UUID, row: list[Any]) -> tuple[Endpoint, str]:
    address, device_id, period_ms, timeout_ms, gap, span, pause_ms, order, clock_limit_s, policy, *profile = row
    period_s = period_ms / 1000
    return Endpoint(
        address=address,
        device_id=device_id,
        period_s=period_s,
        # Without an offset of its own each connection would ask in the same instant, and all wait for each other.
        phase_s=(connection.int % 997) / 997 * period_s,
        timeout_s=timeout_ms / 1000,
        largest_gap=gap,
        largest_span=span,
        pause_s=pause_ms / 1000,
        clock_limit_s=clock_limit_s,
        security=_profile(policy, *profile) if policy else Security(),
    ), order


def _profile(policy: str, mode: str, certificate: str, private_key: str, *rest: str) -> Security:
    trusted, user_name, password = rest
    return security_of(policy, mode, certificate, Secret(private_key), trusted, user_name, Secret(password))


def security_of(
    policy: str, mode: str, certificate: str, private_key: Secret, trusted: str, user_name: str, password: Secret
) -> Security:
    """A security profile as drivers take it. Raises SealBroken."""
    return Security(
        policy=policy,
        mode=mode,
        certificate=_der(certificate) if certificate else b"",
        private_key=private_key.reveal().encode(),
        trusted=tuple(_der(pem) for pem in certificates_in(trusted)),
        revoked=tuple(pem.encode() for pem in revocation_lists_in(trusted)),
        user_name=user_name,
        password=password.reveal(),
    )


def certificates_in(text: str) -> list[str]:
    """The PEM certificates that stand one after the other in a text."""
    return re.findall(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", text, re.DOTALL)


def revocation_lists_in(text: str) -> list[str]:
    """The PEM revocation lists that stand between them."""
    return re.findall(r"-----BEGIN X509 CRL-----.+?-----END X509 CRL-----", text, re.DOTALL)


def _der(pem: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert(pem.strip() + "\n")


def _tag(row: Any, connection: str, endpoint: Endpoint, order: str) -> WatchedTag:
    key, code, series, station, address, value_type, byte_order, length, acknowledge, *rest = row
    (
        scale,
        offset,
        low,
        high,
        report,
        deadband,
        silence,
        role,
        books,
        rollover,
        reset_below,
        most,
        event,
        field,
        *last,
    ) = rest
    at, value, quality, raw, total, number, read_of, counted_at, content = last
    kind, words = ValueType(value_type), WordOrder(byte_order or order)
    # A machine that moved in the network shows the event that is stored already; what its counter made meanwhile nobody
    # knows, since it may as well be another machine.
    machine = connection if role == "EVENT" else f"{connection} {endpoint.address}"
    if kind == ValueType.UINT64 and raw is not None:
        raw = without_sign(raw)
    source = " ".join(map(str, (machine, endpoint.device_id, role, address, kind, words, rollover)))
    return WatchedTag(
        key=key,
        code=code,
        series=series,
        station=station,
        point=Point(address, kind, words, length, together=event or (key if role == "EVENT" else "")),
        acknowledge=Point(acknowledge, kind, words) if acknowledge else None,
        scale=scale,
        offset=offset,
        low=low,
        high=high,
        report=report,
        deadband=deadband,
        max_silence_s=silence,
        role=role,
        books=books,
        rollover=rollover,
        reset_below=reset_below,
        most_per_minute=most,
        event=event,
        field=field,
        latest=(microseconds(at), value, quality) if at else None,
        counter=(raw if read_of in ("", source) else None, total, number),
        source=source,
        counted_us=microseconds(counted_at) if counted_at else None,
        last_event=content,
    )
