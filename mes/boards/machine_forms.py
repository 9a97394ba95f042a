"""Forms of the pages of connections and machines."""

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from equipment.actions.machine_commands import LONGEST_WAIT_S, MOST_LINES
from equipment.actions.tags import NewTag
from equipment.interlocks import value_of, wrong_value
from equipment.models import Site, Station, Tag
from equipment.status import TagType

_ODD = re.compile(r"[^A-Za-z0-9_-]+")
STATE = "state:"  # before the code of a station whose state is meant; no tag has such a code


class TagTableForm(forms.Form):
    """A table of tags as its preview carries it on, and why it is taken."""

    carried = forms.CharField()
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ReplayForm(forms.Form):
    """A counter, an event or the state of a station, and a time of at most a day on the clock of the site; the last
    hour at first.
    """

    tag = forms.ChoiceField(label=_("Tag or state"))
    since = forms.DateTimeField(label=_("From"))
    until = forms.DateTimeField(label=_("To"))

    def __init__(
        self, *args: Any, tags: Iterable[Tag], stations: Iterable[Station], now: datetime, **kwargs: Any
    ) -> None:
        usual = {"since": now - timedelta(hours=1), "until": now + timedelta(minutes=1)}
        super().__init__(*args, initial=usual, **kwargs)
        self.whose: dict[str, Tag | Station] = {tag.code: tag for tag in tags}
        choices = [(code, str(tag)) for code, tag in self.whose.items()]
        for station in stations:
            self.whose[f"{STATE}{station.code}"] = station
            choices.append((f"{STATE}{station.code}", str(_("State of {station}")).format(station=station)))
        self.fields["tag"].choices = choices
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def clean_tag(self) -> Tag | Station:
        return self.whose[self.cleaned_data["tag"]]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (since := given.get("since")) and (until := given.get("until")):
            if until <= since:
                self.add_error("until", _("It ends before it begins."))
            elif until - since > timedelta(days=1):
                self.add_error("until", _("At most a day is looked at: choose less."))
        return given


class NodesForm(forms.Form):
    """Nodes of a server that become tags: each as address, name and type, on a line of its own."""

    node = forms.MultipleChoiceField(label=_("Nodes"))
    station = forms.ModelChoiceField(
        label=_("Station"), queryset=Station.objects.none(), required=False, to_field_name="code"
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = Station.objects.filter(site=site, is_active=True)
        sent = self.data.getlist("node") if hasattr(self.data, "getlist") else ()
        self.fields["node"].choices = [(one, one) for one in sent if one.count("\n") == 2 and "\0" not in one]

    def clean_node(self) -> list[NewTag]:
        tags: list[NewTag] = []
        for one in dict.fromkeys(self.cleaned_data["node"]):
            address, name, value_type = one.split("\n")
            code = _code(name, {tag.code for tag in tags})
            tags.append(NewTag(code=code, name=name[:80], address=address, value_type=value_type))
        return tags


class WriteForm(forms.Form):
    """New values for a machine's tags; one that is left empty is not written. lines: of a command, by what is valid."""

    is_expected = forms.BooleanField(label=_("Only if nothing has changed by then"), required=False, initial=True)
    reason = forms.CharField(label=_("Reason"), max_length=200)
    wait_s = forms.IntegerField(
        label=_("Send it within, s"),
        min_value=1,
        max_value=LONGEST_WAIT_S,
        initial=10,
        help_text=_("What could not be sent by then is never sent."),
    )

    def __init__(self, *args: Any, tags: Iterable[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tags = list(tags)
        for tag in self.tags:
            self.fields[self.name_of(tag)] = _value_field(tag)

    @staticmethod
    def name_of(tag: Tag) -> str:
        return f"value-{tag.code}"

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        lines = [(tag, line) for tag in self.tags if (line := self._line(tag, given.get(self.name_of(tag), "")))]
        for tag, line in lines:
            if wrong := wrong_value(tag, line["value"]):
                self.add_error(self.name_of(tag), wrong)
        if not lines:
            self.add_error(None, _("Enter at least one new value."))
        elif len(lines) > MOST_LINES:
            self.add_error(None, _("At most {most} values are written at once.").format(most=MOST_LINES))
        given["lines"] = [line for _tag, line in lines]
        return given

    @staticmethod
    def _line(tag: Tag, text: str) -> dict[str, Any] | None:
        if not text:
            return None
        is_number = tag.value_type not in (TagType.TEXT, TagType.BOOL)
        return {"tag": tag.code, "value": value_of(tag, text.replace(",", ".") if is_number else text)}


def _value_field(tag: Tag) -> forms.Field:
    if tag.value_type == TagType.BOOL:
        choices = [("", "–"), ("yes", _("yes")), ("no", _("no"))]
        return forms.ChoiceField(label=str(tag), required=False, choices=choices)
    attributes = {"autocomplete": "off"} | ({} if tag.value_type == TagType.TEXT else {"inputmode": "decimal"})
    return forms.CharField(label=str(tag), required=False, max_length=250, widget=forms.TextInput(attrs=attributes))


class SignWriteForm(forms.Form):
    """The signature of values that are written. digest: of what was shown."""

    digest = forms.CharField(max_length=64, widget=forms.HiddenInput)
    password = forms.CharField(
        label=_("Your password: “I approve this”"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def _code(name: str, taken: Collection[str]) -> str:
    """A code out of a name, another one for each."""
    code = first = _ODD.sub("-", name).strip("-")[:50] or "NODE"
    number = 2
    while code in taken:
        code, number = f"{first}-{number}", number + 1
    return code
