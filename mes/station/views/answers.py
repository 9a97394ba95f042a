"""How a station's POST is answered: with the next page in place, or, without script, by leading to it."""

import json
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def answer(
    request: HttpRequest, url: str, page: Callable[[], HttpResponse], *, done: str = "", alarm: bool = False
) -> HttpResponse:
    """Show `page`, the content of `url`. done: a sentence in sight and sound; alarm: recorded, and not good."""
    if not getattr(request, "htmx", False):
        if done:
            messages.success(request, done)  # said by the page that follows
        return redirect(url)
    response = page()
    response["HX-Replace-Url"] = url
    if done:
        event = {"refused": {}} if alarm else {"accepted": {"message": done}}
        response["HX-Trigger"] = json.dumps(event)
    return response
