from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, Station
from genealogy.forms import Number
from mes.kernel.keys import is_key
from mes.kernel.personnel.actions import secrets
from mes.kernel.personnel.models import Person
from wip.models import HoldReason
from wip.status import ExceptionKind

Choices = Sequence[tuple[str, Any]]


class LogInForm(AuthenticationForm):
    """Django's form, which says why: a locked person learns for how long."""

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username and password:
            person = Person.objects.filter(username=username).first()
            try:
                self.user_cache = secrets.confirm_password(person=person, password=password, at=self.at)
            except secrets.PersonLocked as refusal:
                raise ValidationError(str(refusal)) from refusal
            except secrets.SecretWrong as refusal:
                sentence = _("User name or password is not right. Enter both again, or ask an administrator.")
                raise ValidationError(sentence) from refusal
        return self.cleaned_data


class HoldForm(forms.Form):
    """Why something is held."""

    reason_code = forms.ChoiceField(label=_("Kind"), choices=HoldReason.placed())
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"data-autofocus": True}))


class UndoForm(forms.Form):
    """Which act is taken back, and why."""

    execution = forms.UUIDField()
    done_at = forms.DateTimeField()
    reason = forms.CharField(label=_("Reason"), max_length=200)


class HoldSubjectForm(HoldForm):
    """The same where one also says what, who clears it up and how far it goes."""

    field_order = ("subject", "operation_code")
    subject = forms.CharField(
        label=_("Unit, lot, order, station, tool or revision"),
        max_length=60,
        widget=forms.TextInput(attrs={"data-autofocus": True}),
    )
    operation_code = forms.CharField(
        label=_("Only its operation"),
        max_length=12,
        required=False,
        help_text=_("Of a unit or an order: nothing else waits, and what is not there yet stops when it gets there."),
    )
    owner = forms.ModelChoiceField(
        label=_("Who clears it up"), queryset=Person.objects.none(), to_field_name="username", required=False
    )
    due_date = forms.DateField(
        label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), required=False, help_text=_("Of a revision.")
    )
    cascades = forms.BooleanField(label=_("Also what it went into"), required=False, initial=True)
    with_siblings = forms.BooleanField(label=_("Also the others of its lot"), required=False)

    def __init__(self, *args: Any, sites: Collection[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = Person.objects.filter(is_active=True, site_access__site__in=sites).distinct()
        self.fields["owner"].queryset = people.order_by("full_name")
        self.fields["site"].queryset = Site.objects.filter(pk__in=sites)
        if len(sites) == 1:
            self.fields["site"].widget = forms.HiddenInput()


class PinForm(forms.Form):
    """A button of a station's queue and the reason for it. act: unit, order, up, down or off, and on what."""

    act = forms.CharField(label=_("What"), max_length=100)
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def clean_act(self) -> tuple[str, str]:
        act, _space, what = self.cleaned_data["act"].partition(" ")
        is_there = bool(what) if act in ("unit", "order") else act in ("up", "down", "off") and is_key(what)
        if not is_there:
            raise ValidationError(_("There is no such button."))
        return act, what


class PlanForm(forms.Form):
    """A job of the board, and where and when it is to be done. act: plan, or off the board.

    job: order's key and operation's code; day: of the board that it came from.
    """

    act = forms.ChoiceField(label=_("What"), choices=[("plan", "plan"), ("off", "off")])
    job = forms.CharField(label=_("Job"), max_length=60)
    station = forms.CharField(label=_("Station"), max_length=20, required=False)
    starts_at = forms.DateTimeField(label=_("Begin"), required=False)
    day = forms.DateField(required=False)

    def __init__(self, *args: Any, stations: Collection[Station], zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stations, self.zone = {station.code: station for station in stations}, zone

    def clean_job(self) -> tuple[UUID, str]:
        order, _space, code = self.cleaned_data["job"].partition(" ")
        if not is_key(order):
            raise ValidationError(_("Choose a job of the list."))
        return UUID(order), code

    def clean_starts_at(self) -> datetime | None:
        """As the site's clock shows it, whatever the zone of who types it."""
        given = self.cleaned_data["starts_at"]
        return given.replace(tzinfo=self.zone) if given else None

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("act") == "plan":
            given["station"] = self.stations.get(given.get("station", ""))
            if given["station"] is None:
                self.add_error("station", _("Choose a station of the list."))
            if given.get("starts_at") is None and "starts_at" not in self.errors:
                self.add_error("starts_at", _("Say when it begins."))
        return given


class ApplyForm(forms.Form):
    """The proposal that was shown. as_of: when it was made."""

    day = forms.DateField(label=_("Day"))
    as_of = forms.CharField(label=_("Made at"), max_length=40)
    digest = forms.CharField(label=_("Proposal"), max_length=64)

    def clean_as_of(self) -> datetime:
        try:
            made_at = datetime.fromisoformat(self.cleaned_data["as_of"])
        except ValueError as error:
            raise ValidationError(_("Make the proposal again.")) from error
        if made_at.tzinfo is None:
            raise ValidationError(_("Make the proposal again."))
        return made_at


class ReleaseForm(forms.Form):
    """quantity: how much of an order goes to the floor now; empty: all that is left."""

    quantity = Number(label=_("How many now"), max_length=30, required=False)


class CancelForm(forms.Form):
    """Why something is not made."""

    reason = forms.CharField(label=_("Why it is not made"), max_length=200)


class CloseForm(forms.Form):
    """Why an order's record may stay as it is."""

    reason = forms.CharField(label=_("What was reviewed"), max_length=200)


class ReleaseHoldForm(forms.Form):
    """units: those that it is released for alone. digest, password: the signature, where one is asked for."""

    reason = forms.CharField(label=_("Why work may go on"), max_length=200)
    units = forms.CharField(required=False)
    digest = forms.CharField(max_length=64, required=False)
    password = forms.CharField(max_length=200, strip=False, required=False)


class SendBackForm(forms.Form):
    """Where a unit goes back to, and why.

    operations, begun, routings, reasons, defects: to choose from, as (value, label). Which defects
    are in force where it was found is judged by the verb: that is chosen in the same form.
    """

    found_in = forms.ChoiceField(label=_("Found in"))
    return_to = forms.ChoiceField(label=_("Goes on in"))
    routing = forms.ChoiceField(label=_("Rework routing first"), required=False)
    reason_code = forms.ChoiceField(label=_("What to do again"), required=False)
    reason = forms.CharField(label=_("What was found"), max_length=140)
    defect = forms.CharField(label=_("Defect found"), max_length=24, required=False, widget=forms.Select)

    def __init__(
        self,
        *args: Any,
        operations: Choices,
        begun: Choices,
        routings: Choices,
        reasons: Choices,
        defects: Choices,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        none = ("", _("None"))
        for name, choices in {
            "found_in": operations,
            "return_to": begun,
            "routing": [none, *routings],
            "reason_code": [none, *reasons],
        }.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]
            if len(choices) == 1 and not self.fields[name].required:
                del self.fields[name]
        if defects or self.is_bound:
            self.fields["defect"].widget.choices = [("", _("None named")), *defects]  # type: ignore[attr-defined]
        else:
            del self.fields["defect"]


class RedlineForm(forms.Form):
    """Why an order is changed while it runs."""

    reason = forms.CharField(max_length=200)


class CancelReworkForm(forms.Form):
    reason = forms.CharField(label=_("Why it is cancelled"), max_length=200)


class PermitForm(forms.Form):
    """A deviation permit that is granted with the password."""

    gate = forms.ChoiceField(label=_("Gate"))
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=None)
    product = forms.CharField(label=_("Product"), max_length=100, required=False, help_text=_("Its code; empty: any."))
    order = forms.CharField(label=_("Order"), max_length=40, required=False)
    unit = forms.CharField(label=_("Unit or lot"), max_length=60, required=False)
    operation_code = forms.CharField(label=_("Operation"), max_length=12, required=False)
    quantity_limit = Number(label=_("Quantity"), max_length=30, required=False)
    valid_to = forms.DateField(
        label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200)
    password = forms.CharField(
        label=_("Your password: “I approve this”"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, gates: Collection[tuple[str, str]], sites: Collection[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["gate"].choices = list(gates)
        self.fields["site"].queryset = Site.objects.filter(pk__in=sites)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ExceptionsForm(forms.Form):
    """Which exceptions are shown."""

    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("All kinds")), *ExceptionKind.choices],
        required=False,
        widget=forms.Select(attrs={"class": "input"}),
    )
    order = forms.CharField(
        label=_("Order"), max_length=40, required=False, widget=forms.TextInput(attrs={"class": "input"})
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date", "class": "input"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date", "class": "input"})
    )
