"""Asking a machine once, from a request: by the driver, over a link of its own that lasts as long as the question."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from equipment.collection.reporting import Report, rule_of
from equipment.drivers import driver
from equipment.drivers.base import (
    LEAVING_S,
    Endpoint,
    InvalidAddress,
    Link,
    LinkLost,
    Node,
    NotTrusted,
    Security,
    Value,
)
from equipment.models import Connection, ConnectionLease, Tag
from equipment.security_profiles import security
from equipment.status import LinkState
from mes.kernel.refusals import Refusal
from mes.kernel.words import told

T = TypeVar("T")
PATIENCE_S = 10.0  # of who waits for the page: for the question and for taking leave of the machine


class MachineSilent(Refusal):
    """The machine could not be asked."""


@dataclass(frozen=True)
class Reading:
    """A value as it was read and as the tag scales it. took_ms: with the link that was opened for it."""

    raw: Value | None
    value: Value | None
    quality: int
    took_ms: int


def read_now(tag: Tag) -> Reading:
    """The tag's value, asked for now. Raises MachineSilent."""
    began = time.perf_counter()
    samples = _ask(tag.connection, lambda link: link.read([tag.point]))
    took_ms = round((time.perf_counter() - began) * 1000)
    _position, _at, raw, quality = samples[0]
    report = Report(rule_of(tag))
    report.take(0, raw, quality)
    return Reading(raw, *report.now, took_ms)


def browse(connection: Connection, address: str) -> list[Node]:
    """What lies below a node of the server; "" is where its objects begin. Raises MachineSilent."""
    return _ask(connection, lambda link: link.browse(address))


def _ask(connection: Connection, question: Callable[[Link], Awaitable[T]]) -> T:
    patience_s = PATIENCE_S - LEAVING_S

    async def ask() -> T:
        asyncio.get_running_loop().set_default_executor(_LookUps(max_workers=1))
        async with asyncio.timeout(patience_s), driver(connection.kind).connect(endpoint_of(connection)) as link:
            return await question(link)

    try:
        return asyncio.run(ask())
    except NotTrusted as refused:
        raise _silent(
            connection, told(str(refused)), _("Look at its security profile, and at whom the server trusts.")
        ) from refused
    except (LinkLost, TimeoutError, OSError) as lost:
        why = told(str(lost)) or _("No answer within {seconds} s.").format(seconds=f"{patience_s:g}")
        raise _silent(connection, why, _what_to_do(connection)) from lost
    except (InvalidAddress, ValueError) as wrong:
        raise _silent(connection, told(str(wrong)), _("Correct the address.")) from wrong


def _what_to_do(connection: Connection) -> str:
    """A machine that answers the collector, and not us beside it, has room for one."""
    lease = ConnectionLease.objects.filter(connection=connection.pk, state=LinkState.GOOD, expires_at__gt=Now())
    if lease.exists():
        return _(
            "The collector is connected to it: it may take no second connection. Pause this one in the master data, "
            "ask again, and let it go on."
        )
    return _("Look at its address, the cable and the machine; then ask again.")


class _LookUps(ThreadPoolExecutor):
    """Where an event loop looks names up. A look-up that hangs can't be ended; the loop ends without it."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        super().shutdown(wait=False, cancel_futures=True)


def _silent(connection: Connection, why: str, do: str) -> MachineSilent:
    return MachineSilent(_("{connection} could not be asked.").format(connection=connection), why=why, do=do)


def endpoint_of(connection: Connection) -> Endpoint:
    """Where and how the connection's machine is asked."""
    return Endpoint(
        address=connection.address,
        device_id=connection.device_id,
        period_s=connection.period_ms / 1000,
        timeout_s=connection.timeout_ms / 1000,
        largest_gap=connection.largest_gap,
        largest_span=connection.largest_span,
        pause_s=connection.pause_ms / 1000,
        clock_limit_s=connection.clock_limit_s,
        security=security(connection.security) if connection.security else Security(),
    )
