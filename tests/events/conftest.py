from collections.abc import Iterator

import pytest

from tests.events.listening import EventsServer, events_server_on


@pytest.fixture
def events_server(committed_database: str) -> Iterator[EventsServer]:
    with events_server_on(committed_database) as server:
        yield server
