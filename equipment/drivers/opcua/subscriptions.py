"""Watching points by a subscription: what they are when it begins, and every change from then on."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from math import ceil

from asyncua import ua

from equipment.drivers.base import Health, LinkLost, Point, Sample
from equipment.drivers.opcua.decoding import Published
from equipment.drivers.opcua.publishing import Flow
from equipment.drivers.opcua.samples import Track
from equipment.drivers.opcua.session import Session

# A period has ten looks at a value, where the server looks at all and is not told; the queue keeps ten times as many.
LOOKS = 10
QUEUE = 100
_LIFETIME_S = 60.0  # after which a server forgets a subscription that nobody asks about
_HEARTBEAT = 0  # the client handle of the server's clock; points have their position + 1
_HEARTBEAT_MS = 1000.0
_CLOCK = ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime)


@dataclass(frozen=True, slots=True)
class Pace:
    """silence_s: after which a subscription without even the server's clock is lost, three periods at least.
    retry_s: how often what the server did not know is asked for again.
    """

    silence_s: float = 5.0
    retry_s: float = 60.0


class Watch:
    """One subscription with all points of a link; its publishing interval is the link's period."""

    def __init__(self, session: Session, flow: Flow, points: Sequence[Point], health: Health, pace: Pace) -> None:
        self._session = session
        self._flow = flow
        self._points = points
        self._pace = pace
        self._health = health
        limit_us = int(session.endpoint.clock_limit_s * 1e6)
        self._tracks = [Track(position, point, limit_us, health) for position, point in enumerate(points)]
        self._subscription_id = 0
        self._silence_s = pace.silence_s
        self._has_heartbeat = False
        self._is_ended = False

    async def samples(self) -> AsyncIterator[list[Sample]]:
        """Without end. Raises LinkLost."""
        await self._subscribe()
        flow = self._flow
        flow.begin(self._subscription_id, self._silence_s)
        refused = await self._add(self._tracks)
        retry_at = time.monotonic() + self._pace.retry_s
        samples = [track.refused(status, time.time_ns() // 1000) for track, status in refused]
        while not self._is_ended:
            if samples:
                begun = time.monotonic()
                yield samples
                flow.shift(time.monotonic() - begun)
                samples = []
            elif time.monotonic() >= retry_at:
                refused = await self._add_again([track for track, _ in refused])
                retry_at = time.monotonic() + self._pace.retry_s
            elif answer := await flow.next(retry_at):
                samples = self._sampled(*answer)

    async def end(self) -> None:
        """Have the server report nothing more. Raises LinkLost."""
        self._is_ended = True
        request = ua.DeleteSubscriptionsRequest()
        request.Parameters.SubscriptionIds = [self._subscription_id]
        await self._session.ask(request, ua.DeleteSubscriptionsResponse, "the end of a subscription")

    def _sampled(self, published: Published, received_us: int) -> list[Sample]:
        self._health.requests += 1
        changes, tracks = published.changes, self._tracks
        is_alive = not self._has_heartbeat or any(change[0] == _HEARTBEAT for change in changes)
        if is_alive:
            self._flow.alive()
        if is_alive or changes:
            self._health.alive_us = received_us
        return [tracks[change[0] - 1].sample(change, received_us) for change in changes if change[0] != _HEARTBEAT]

    async def _subscribe(self) -> None:
        period_s = self._session.endpoint.period_s
        request = ua.CreateSubscriptionRequest()
        wanted = request.Parameters
        wanted.RequestedPublishingInterval = period_s * 1000
        wanted.RequestedMaxKeepAliveCount = max(int(self._pace.silence_s / 2 / period_s), 1)
        wanted.RequestedLifetimeCount = max(3 * wanted.RequestedMaxKeepAliveCount, ceil(_LIFETIME_S / period_s))
        wanted.MaxNotificationsPerPublish = 0  # no limit
        wanted.PublishingEnabled = True
        answer = await self._session.ask(request, ua.CreateSubscriptionResponse, "the creation of a subscription")
        self._subscription_id = answer.Parameters.SubscriptionId
        self._silence_s = max(self._pace.silence_s, 3 * answer.Parameters.RevisedPublishingInterval / 1000)
        status = await self._monitor([_request(_HEARTBEAT, _CLOCK, _HEARTBEAT_MS, 1)])
        self._has_heartbeat = not status[0] >> 31

    async def _add_again(self, tracks: Sequence[Track]) -> list[tuple[Track, int]]:
        """Ask anew for what the server did not know; returns what it still does not."""
        if tracks:
            await self._session.look_around()
        return await self._add(tracks)

    async def _add(self, tracks: Sequence[Track]) -> list[tuple[Track, int]]:
        """Have the server report these; returns what it refuses, with its status code."""
        nodes = [self._session.node_id(self._points[track.position].address) for track in tracks]
        refused = [
            (track, ua.StatusCodes.BadNodeIdUnknown) for track, node in zip(tracks, nodes, strict=True) if node is None
        ]
        known = [(track, node) for track, node in zip(tracks, nodes, strict=True) if node is not None]
        sampling_ms = self._session.endpoint.period_s * 1000 / LOOKS
        for portion in self._session.portions("watch", known):
            requests = [_request(track.position + 1, node, sampling_ms, QUEUE) for track, node in portion]
            statuses = await self._monitor(requests)
            refused += [(track, status) for (track, _), status in zip(portion, statuses, strict=True) if status >> 31]
        return refused

    async def _monitor(self, items: list[ua.MonitoredItemCreateRequest]) -> list[int]:
        """Status codes, one an item."""
        request = ua.CreateMonitoredItemsRequest()
        request.Parameters.SubscriptionId = self._subscription_id
        request.Parameters.TimestampsToReturn = ua.TimestampsToReturn.Source
        request.Parameters.ItemsToCreate = items
        answer = await self._session.ask(request, ua.CreateMonitoredItemsResponse, "the creation of monitored items")
        if len(answer.Results) != len(items):
            raise LinkLost(f"The server answered for {len(answer.Results)} of {len(items)} monitored items.")
        return [result.StatusCode.value for result in answer.Results]


def _request(handle: int, node: ua.NodeId, sampling_ms: float, queue: int) -> ua.MonitoredItemCreateRequest:
    wanted = ua.MonitoringParameters()
    wanted.ClientHandle = handle
    wanted.SamplingInterval = sampling_ms
    wanted.QueueSize = queue
    wanted.DiscardOldest = True
    request = ua.MonitoredItemCreateRequest()
    request.ItemToMonitor = ua.ReadValueId(NodeId=node, AttributeId=ua.AttributeIds.Value)
    request.MonitoringMode = ua.MonitoringMode.Reporting
    request.RequestedParameters = wanted
    return request
