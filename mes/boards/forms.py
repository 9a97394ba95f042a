from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from equipment.models import Site
from genealogy.forms import Number
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

    reason_code = forms.ChoiceField(label=_("Kind"), choices=HoldReason)
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


class CancelForm(forms.Form):
    """Why something is not made."""

    reason = forms.CharField(label=_("Why it is not made"), max_length=200)


class ReleaseHoldForm(forms.Form):
    """units: those that it is released for alone. digest, password: the signature, where one is asked for."""

    reason = forms.CharField(label=_("Why work may go on"), max_length=200)
    units = forms.CharField(required=False)
    digest = forms.CharField(max_length=64, required=False)
    password = forms.CharField(max_length=200, strip=False, required=False)


class SendBackForm(forms.Form):
    """Where a unit goes back to, and why. operations, begun, routings, reasons: to choose from, as (value, label)."""

    found_in = forms.ChoiceField(label=_("Found in"))
    return_to = forms.ChoiceField(label=_("Goes on in"))
    routing = forms.ChoiceField(label=_("Rework routing first"), required=False)
    reason_code = forms.ChoiceField(label=_("What to do again"), required=False)
    reason = forms.CharField(label=_("What was found"), max_length=140)

    def __init__(
        self, *args: Any, operations: Choices, begun: Choices, routings: Choices, reasons: Choices, **kwargs: Any
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
