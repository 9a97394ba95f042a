"""The flow of what a subscription reports: requests always waiting at the server, answers in order, none skipped.

Of our own, since the library's loop drops in silence what it can't decode, does not look at sequence numbers, and has
one request waiting at most.
"""

import asyncio
import time
from typing import NoReturn

from asyncua import ua

from equipment.drivers.base import LinkLost
from equipment.drivers.opcua.decoding import Published, decode
from equipment.drivers.opcua.losses import of_status, told
from equipment.drivers.opcua.session import Session

WAITING = 3  # publish requests at the server; while one is answered the others are there
KEPT = 8  # answers that wait for whoever watches; then the server has to wait, too
_GRACE_S = 0.2  # for what lies in the socket already, when this process had no time
_LAST_SEQUENCE = (1 << 32) - 1


class Flow:
    """Answers of a session's subscription, one at a time.

    The requests belong to the session: the server answers any of them for any subscription, so that they outlive a
    watch that ends before the link does.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._answers: asyncio.Queue[tuple[int, bytes | Exception]] = asyncio.Queue(KEPT)
        self._acknowledge: list[ua.SubscriptionAcknowledgement] = []
        self._asking: list[asyncio.Task[None]] = []
        self._subscription_id = 0
        self._silence_s = 0.0
        self._expected = 1
        self._alive_at = 0.0

    def begin(self, subscription_id: int, silence_s: float) -> None:
        """Listen to this subscription, and no longer to another. silence_s: how long it may say nothing at all."""
        self._subscription_id, self._silence_s = subscription_id, silence_s
        self._expected = 1
        self.alive()
        if not self._asking:
            self._asking = [asyncio.create_task(self._keep_asking()) for _ in range(WAITING)]

    def alive(self) -> None:
        """The subscription has shown that it lives; the wait begins anew."""
        self._alive_at = time.monotonic()

    def shift(self, seconds: float) -> None:
        """Nobody listened for so long: that was not the subscription's silence."""
        self._alive_at += seconds

    async def next(self, until: float) -> tuple[Published, int] | None:
        """The next answer and when it came in (microseconds since 1970); None when `until` (monotonic) has come.

        Raises LinkLost, also where the subscription is silent or an answer is missing.
        """
        while True:
            try:
                received_us, answer = await self._taken(until)
            except TimeoutError:
                return None
            if isinstance(answer, Exception):
                self._lost(answer)
            with told("a publish request", self._session.timeout_s):
                published = decode(answer)
            if published.subscription_id == self._subscription_id:
                self._check(published)
                return published, received_us

    async def stop(self) -> None:
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    async def _taken(self, until: float) -> tuple[int, bytes | Exception]:
        """Raises TimeoutError at `until`, LinkLost when the silence has lasted too long."""
        if not self._answers.empty():
            return self._answers.get_nowait()
        silent_at = self._alive_at + self._silence_s
        try:
            async with asyncio.timeout(max(min(silent_at, until) - time.monotonic(), 0)):
                return await self._answers.get()
        except TimeoutError:
            if silent_at > until:
                raise
        await asyncio.sleep(_GRACE_S)
        if self._answers.empty():
            raise LinkLost(
                f"The subscription has been silent for {self._silence_s:g} s: not even the server's clock came."
            )
        return self._answers.get_nowait()

    def _check(self, published: Published) -> None:
        if published.status is not None and published.status >> 30:
            raise of_status(published.status)
        if not published.has_data:
            return
        if published.sequence != self._expected:
            raise LinkLost(f"Message {self._expected} of the subscription is missing; {published.sequence} came.")
        self._expected = published.sequence + 1 if published.sequence < _LAST_SEQUENCE else 1
        self._acknowledge.append(
            ua.SubscriptionAcknowledgement(SubscriptionId=self._subscription_id, SequenceNumber=published.sequence)
        )

    async def _keep_asking(self) -> None:
        while True:
            request = ua.PublishRequest()
            request.Parameters.SubscriptionAcknowledgements, self._acknowledge = self._acknowledge, []
            answer: bytes | Exception
            try:
                data = await self._session.protocol.send_request(request, timeout=0)
                answer = data.read(len(data))
            except ua.uaerrors.BadTooManyPublishRequests:
                return  # the others are enough for this server
            except ua.uaerrors.BadTimeout:
                continue
            except Exception as error:  # whoever watches is told, whatever it is
                answer = error
            await self._answers.put((time.time_ns() // 1000, answer))
            if isinstance(answer, Exception):
                return

    def _lost(self, error: Exception) -> NoReturn:
        with told("a publish request", self._session.timeout_s):
            raise error
        raise AssertionError("an error was raised")
