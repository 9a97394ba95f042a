"""The fan-out in memory: who is told, what is remembered, what is let go."""

import asyncio

import pytest

from mes.events import hub as hubs
from mes.events.hub import Full, Hub

SOON = 0.01


def opened(most: int = 5) -> Hub:
    hub = Hub(most)
    hub.open()
    return hub


def changed(stream) -> list[str]:
    async def ask():
        return await stream.changed(SOON)

    return asyncio.run(ask())


def test_only_who_listens_is_told_and_each_topic_once():
    hub = opened()
    with hub.stream(frozenset("ab")) as one, hub.stream(frozenset("c")) as other:
        for topic in "abba":
            hub.tell(topic)
        assert changed(one) == ["a", "b"]
        assert changed(one) == changed(other) == []


def test_nothing_of_a_stream_is_left_when_it_ends():
    hub = opened()
    with hub.stream(frozenset("ab")), hub.stream(frozenset("b")):
        pass
    assert not hub.streams
    assert not hub._by_topic


def test_a_full_hub_and_a_closed_one_take_no_stream():
    hub = opened(most=1)
    with hub.stream(frozenset("a")), pytest.raises(Full), hub.stream(frozenset("a")):
        pass
    hub.close()
    with pytest.raises(Full), hub.stream(frozenset("a")):
        pass


def test_closing_ends_every_stream():
    hub = opened()
    with hub.stream(frozenset("a")) as stream:
        hub.close()
        assert stream.is_over
        assert changed(stream) == []


def test_what_is_remembered_is_as_old_as_the_memory_at_most(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(hubs.time, "monotonic", lambda: now)
    hub = opened()
    hub.tell("old")
    now += hubs.MEMORY_S + 1
    hub.tell("new")
    assert list(hub._told) == ["new"]
    with hub.stream(frozenset({"old", "new"}), age_s=1) as stream:
        assert list(stream._changed) == ["new"]
    with hub.stream(frozenset({"old", "new"}), age_s=hubs.MEMORY_S + 1) as stream:
        assert sorted(stream._changed) == ["new", "old"]


def test_a_page_older_than_the_program_is_told_of_everything(monkeypatch):
    now = 1000.0
    monkeypatch.setattr(hubs.time, "monotonic", lambda: now)
    hub = opened()
    now += 2
    with hub.stream(frozenset("a"), age_s=1) as young, hub.stream(frozenset("a"), age_s=3) as older:
        assert (list(young._changed), list(older._changed)) == ([], ["a"])
