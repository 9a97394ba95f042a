"""Everything that a page leads to opens: each role follows the links of the loaded plant, one of each kind."""

import html
import re
from collections import deque

import pytest

from equipment.models import EventDue, MachineEvent, Tag
from mes.kernel.audit.models import AuditEvent
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.station.tasks import book_machine_events
from tests.demo.conftest import NOW

LINK = re.compile(r'(?:\shref|hx-get)="(/[^"#]*)')
LEFT_OUT = ("/static/", "/media/", "/logout/", "/events/", "/admin/jsi18n/")


@pytest.fixture
def worked(loaded, demo_template, settings, monkeypatch) -> None:
    """The plant after each of its machines told something: what can't be booked is refused, and that is on record."""
    settings.MES_MACHINES = demo_template[1] / "machines"
    monkeypatch.setattr("mes.station.tasks.timezone.now", lambda: NOW)
    telling = Tag.objects.exclude(books="NOTHING").exclude(station=None)
    for tag in telling:
        with open_door(person=None):
            event = MachineEvent.objects.create(
                site_id=tag.site_id, station_id=tag.station_id, tag=tag, number=1, books=tag.books, at=NOW
            )
            EventDue.objects.create(event=event)
    assert book_machine_events() == len(telling) > 2


def kind_of(link: str) -> str:
    """Links of one kind show the same page of something else."""
    path, _, query = link.partition("?")
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "N", path)
    path = re.sub(
        r"/(units|orders|stock|find|holds|containers|batches|machines|connections|station)/[^/]+", r"/\1/X", path
    )
    return path + "?" + "&".join(sorted({part.partition("=")[0] for part in query.split("&")}))


def is_closed_in_the_administration(address: str, status: int) -> bool:
    """Django links what a form can't change to its own page, whoever asks; that page says what is missing."""
    return status == 403 and address.startswith("/admin/")


def wrong_among_what_is_reached(client, first: str) -> list[tuple[int, str, str]]:
    """Status, address, and the page that leads there, of all that does not open."""
    found, kinds, wrong = deque([(first, "")]), {kind_of(first)}, []
    while found:
        address, of = found.popleft()
        answer = client.get(address)
        if answer.status_code >= 400 and not is_closed_in_the_administration(address, answer.status_code):
            wrong.append((answer.status_code, address, of))
        text = b"".join(answer).decode() if "text/html" in answer.headers.get("Content-Type", "") else ""
        answer.close()
        for link in map(html.unescape, LINK.findall(text)):
            if kind_of(link) not in kinds and not link.startswith(LEFT_OUT):
                kinds.add(kind_of(link))
                found.append((link, address))
    assert len(kinds) > 20
    return wrong


@pytest.mark.parametrize(
    "who",
    [
        "operator",
        "supervisor",
        "engineer",
        "auditor",
        *(pytest.param(who, marks=pytest.mark.slow) for who in ("quality", "planner", "administrator", "integration")),
    ],
)
def test_every_link_opens(worked, client, who) -> None:
    client.raise_request_exception = False
    client.force_login(Person.objects.get(username=who))
    assert wrong_among_what_is_reached(client, "/") == []


def test_the_ledger_shows_rows_of_every_table(worked, client) -> None:
    client.force_login(Person.objects.get(username="auditor"))
    there = set(AuditEvent.objects.values_list("table_name", flat=True))
    assert len(there) > 40
    for table in there:
        assert client.get(f"/records/?table={table}").context["entries"], table
