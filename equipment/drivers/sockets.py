"""How long what was sent may be on its way."""

import asyncio
import socket


def deliver_within(transport: asyncio.BaseTransport, seconds: float) -> None:
    """What the other side's network has not confirmed in this time is never sent again, whatever becomes of us: the
    system ends the connection. Otherwise it sends on for minutes, also for a process that froze or was killed.

    Where the system can't (it is Linux' alone), nothing is changed.
    """
    option, line = getattr(socket, "TCP_USER_TIMEOUT", None), transport.get_extra_info("socket")
    if option is not None and line is not None:
        line.setsockopt(socket.IPPROTO_TCP, option, int(seconds * 1000))
