"""The three pages of a station, as both their own address and the acts that lead to them show them."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from mes.kernel.personnel.models import Person
from mes.station.models import StationLogon
from mes.station.presenters.cards import CARDS, queue_of
from mes.station.presenters.reasons import reason_context
from mes.station.presenters.sheet import Sheet
from mes.station.queries import place_in_order
from mes.station.views.answers import answer
from mes.station.views.presence import Presence
from wip.crews import crews_of, untaken_notes
from wip.models import HoldReason, LaborSpan
from wip.queries import runs_at
from wip.queues import queue_at
from wip.topics import topics_of_queue


def log_on_page(
    request: HttpRequest, presence: Presence, asked: Person | None = None, job: UUID | None = None
) -> HttpResponse:
    """Who is on; and what asks for a badge, or for the PIN of `asked`. job: what they go on with then."""
    context = presence.context(
        asked=asked,
        job=job,
        is_locked=presence.is_locked and asked == presence.person,
        logon_of_asked=next((logon for logon in presence.logons if logon.person == asked), None),
        running=runs_at(presence.station.pk),
        pace=presence.pace(),
    )
    return render(request, "station/log_on.html", context)


def log_off_page(
    request: HttpRequest, presence: Presence, leaving: StationLogon, running: Sequence[LaborSpan]
) -> HttpResponse:
    """What becomes of the jobs on which the time of whoever logs off runs: paused, or left running."""
    context = presence.context(leaving=leaving, running=running, pace=presence.pace())
    return render(request, "station/log_off.html", context)


def ask_pin(request: HttpRequest, presence: Presence, person: Person) -> HttpResponse:
    """Answer the scan of a badge: with the page that asks for its person's PIN."""
    url = reverse("station:log_on", query={"badge": person.badge})
    return answer(request, url, lambda: log_on_page(request, presence, person))


def queue_page(request: HttpRequest, presence: Presence) -> HttpResponse:
    """What runs, what is ready by rank, and what is blocked, at the station for its active person."""
    waiting = queue_at(presence.station, presence.person, ready=CARDS, coming=CARDS // 2)
    running = runs_at(presence.station.pk)
    shown = queue_of(running, waiting, presence.person, crews_of(running), presence.station.site)
    topics = " ".join(topics_of_queue(presence.station))
    notes = untaken_notes(station=presence.station)
    context = presence.context(queue=shown, notes=notes, topics=topics, pace=presence.pace())
    return render(request, "station/queue.html", context)


def work_page(request: HttpRequest, presence: Presence, sheet: Sheet, dialog: str = "") -> HttpResponse:
    """A running job. dialog: id of the one that is open, for a browser without script."""
    place, total = place_in_order(sheet.job.unit)
    context = presence.context(
        sheet=sheet,
        execution=sheet.execution,
        unit=sheet.job.unit,
        order=sheet.job.order,
        plan=sheet.job.plan,
        place=place,
        total=total,
        pace=presence.pace(),
        hold_reasons=HoldReason.placed(),
        **reason_context(presence.station),
        shown_dialog=dialog,
        elapsed_s=max(0, int((presence.now - sheet.execution.started_at).total_seconds())),
    )
    return render(request, "station/work.html", context)
