"""The ledger: every changed row of every record, by table, record, person and time."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from equipment.queries import sites_of
from mes.boards.ledger import entries, search, tables
from mes.boards.queries import records_named
from mes.kernel.desk import office
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Permission

PER_PAGE = 20


class SearchForm(forms.Form):
    """What to look for; all of it together."""

    table = forms.ChoiceField(label=_("Table"), required=False)
    record = forms.CharField(label=_("Record"), required=False, max_length=100)
    person = forms.ModelChoiceField(
        Person.objects.only("username", "full_name"),  # of hundreds: nothing else is shown
        label=_("Person"),
        required=False,
        to_field_name="username",
        empty_label=_("Anybody"),
    )
    since = forms.DateTimeField(label=_("From"), required=False)
    until = forms.DateTimeField(label=_("Until"), required=False)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["table"].choices = _tables(get_language())
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


@lru_cache
def _tables(_language: str | None) -> list[tuple[str, str]]:
    """The tables to choose from, in words of the language that is active."""
    return [("", str(_("Any table"))), *sorted((name, f"{words} ({name})") for name, words in tables().items())]


@require_safe
@office(Permission.VIEW_LEDGER)
def record_list(request: HttpRequest) -> HttpResponse:
    sites = sites_of(request.user)
    zone = next(iter(sites.values())).zone if sites else timezone.get_default_timezone()
    with timezone.override(zone):  # what is typed and shown is the time at the person's site
        form = SearchForm(request.GET)
        context: dict[str, Any] = {"form": form, "zone": zone}
        if form.is_valid():
            asked = form.cleaned_data
            found = search(
                sites,
                table=asked["table"],
                records=_keys(request.user, asked["record"]),
                person=str(asked["person"].pk) if asked["person"] else "",
                since=asked["since"],
                until=asked["until"],
                before=asked["before"],
            )
            rows = list(found[: PER_PAGE + 1])
            context["entries"] = entries(rows[:PER_PAGE])
            if len(rows) > PER_PAGE:
                kept = {name: value for name, value in request.GET.items() if name != "before" and value}
                context["older"] = urlencode({**kept, "before": rows[PER_PAGE - 1].sequence})
        return render(request, "boards/records.html", context, status=200 if form.is_valid() else 422)


def _keys(person: Any, text: str) -> list[str]:
    """The keys of the records that the text names: a key itself, or what one calls them (serial, reference, number)."""
    if not text:
        return []
    try:
        return [str(UUID(text))]
    except ValueError:
        return [str(record.pk) for record in records_named(person, text)] or [text]
