"""The shape of what a station's pages send. What it means is judged by the verbs."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from equipment.status import CallKind, Settlement
from mes.kernel.numbers import decimal_of
from mes.kernel.refusals import FieldError, InvalidInput
from mes.kernel.words import label_of
from wip.models import HoldReason


class Act(forms.Form):
    """Anything that is posted: the key makes a repeated press one effect."""

    idempotency_key = forms.UUIDField()


class Number(forms.CharField):
    """A number as people type it, with decimal comma or point."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            return decimal_of(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


class BookAgainForm(Act):
    """by_hand: pieces booked by hand since, as they were shown."""

    by_hand = forms.DecimalField(min_value=0, required=False)


class ChosenEventsForm(BookAgainForm):
    """Refused events of one station: the ticked ones, or all up to one; because: for the reason that a booking says."""

    station = forms.UUIDField()
    scope = forms.ChoiceField(choices=[("ticked", lazy("The ticked ones")), ("all", lazy("All"))])
    event = forms.TypedMultipleChoiceField(coerce=int, required=False)
    because = forms.UUIDField(required=False)
    until = forms.IntegerField(min_value=0, max_value=2**63 - 1, required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.fields["event"].choices = [
            (key, key) for key in data.getlist("event") if key.isdecimal() and len(key) < 19
        ]


class SettleForm(ChosenEventsForm):
    settlement = forms.ChoiceField(label=lazy("Why it is not to be booked"), choices=Settlement.choices)
    remark = forms.CharField(label=lazy("In your words"), max_length=200, required=False)


class UndoForm(Act):
    """done_at: when the act was done that is taken back."""

    done_at = forms.DateTimeField()


class ScanForm(Act):
    code = forms.CharField(max_length=200)
    execution = forms.UUIDField(required=False)
    step = forms.CharField(max_length=24, required=False)
    sample = forms.IntegerField(min_value=1, required=False)


class AskForm(forms.Form):
    """Whose PIN is asked for: the owner of a badge, or somebody who is on here already. job: what to go on with."""

    badge = forms.CharField(max_length=64, required=False)
    logon = forms.UUIDField(required=False)
    job = forms.UUIDField(required=False)


class LogOnForm(AskForm, Act):
    pin = forms.CharField(max_length=16)


class UnlockForm(Act):
    pin = forms.CharField(max_length=16)


class LogOffForm(Act):
    """logon: of whom; the active person, if it is left out. jobs: what becomes of those their time runs on."""

    logon = forms.UUIDField(required=False)
    jobs = forms.ChoiceField(choices=[("pause", "pause"), ("leave", "leave")], required=False)


class WhyForm(forms.Form):
    unit = forms.CharField(max_length=60)
    operation = forms.CharField(max_length=12)


class StartForm(WhyForm, Act):
    """is_unprepared: though the machine is not prepared, for a supervisor to let it pass."""

    is_unprepared = forms.BooleanField(required=False)


class SkipForm(StartForm):
    reason = forms.CharField(max_length=200, required=False)


class SendBackForm(Act):
    """return_to: an operation, by code; routing: a rework routing's revision that is followed first."""

    return_to = forms.CharField(max_length=12)
    routing = forms.UUIDField(required=False)
    rework_code = forms.CharField(max_length=24, required=False)
    reason = forms.CharField(max_length=200, required=False)
    defect = forms.CharField(max_length=24, required=False)


class StepForm(forms.Form):
    """Which step of a work page is looked at; and which of its dialogs is open, for a browser without script."""

    step = forms.CharField(max_length=24, required=False)
    sample = forms.IntegerField(min_value=1, max_value=50, required=False)
    open = forms.SlugField(max_length=20, required=False)


class RecordForm(Act):
    """A value for a step. value: given several times it is a table; file in place of it: a photo or document.

    confirmed: the second of two pages, with who signs (pin, meaning, digest) and who witnesses; change: back to the
    first.
    """

    step = forms.CharField(max_length=24)
    sample = forms.IntegerField(min_value=1, max_value=50)
    value = forms.CharField(max_length=2000, required=False)
    reason = forms.CharField(max_length=200, required=False)
    is_correction = forms.BooleanField(required=False)
    confirmed = forms.BooleanField(required=False)
    change = forms.BooleanField(required=False)
    pin = forms.CharField(max_length=16, required=False)
    digest = forms.CharField(max_length=64, required=False)
    meaning = forms.CharField(max_length=16, required=False)
    witness_badge = forms.CharField(max_length=64, required=False)
    witness_pin = forms.CharField(max_length=16, required=False)


class BookForm(Act):
    good = Number(max_length=30, required=False)
    scrap = Number(max_length=30, required=False)
    scrap_code = forms.CharField(max_length=24, required=False)
    scrap_reason = forms.CharField(max_length=200, required=False)
    defect = forms.CharField(max_length=24, required=False)


class CompleteForm(BookForm):
    pin = forms.CharField(max_length=16, required=False)
    digest = forms.CharField(max_length=64, required=False)
    meaning = forms.CharField(max_length=16, required=False)


class TogetherForm(Act):
    """What is done with the lots that were chosen. quantity: to split off; reason: of splitting and merging.

    is_unprepared: of a start, as in StartForm.
    """

    quantity = Number(max_length=30, required=False)
    reason = forms.CharField(max_length=200, required=False)
    is_unprepared = forms.BooleanField(required=False)


class OverrideForm(forms.Form):
    """An act that gates refused, in JSON: its fields, the secrets it came with, and what each gate said."""

    to = forms.CharField(max_length=200)
    asked = forms.CharField(max_length=20000)
    secrets = forms.CharField(max_length=200)
    blockers = forms.CharField(max_length=20000)


class HoldForm(Act):
    reason_code = forms.ChoiceField(choices=HoldReason)
    hold_code = forms.CharField(max_length=24, required=False)
    rework_code = forms.CharField(max_length=24, required=False)
    reason = forms.CharField(max_length=200, required=False)
    defect = forms.CharField(max_length=24, required=False)


class PauseForm(Act):
    pause_code = forms.CharField(max_length=24, required=False)
    reason = forms.CharField(max_length=200, required=False)


class NoteForm(Act):
    text = forms.CharField(max_length=500)


class ClaimForm(Act):
    """When somebody stopped who forgot to say so: the time of day, and why."""

    stopped = forms.TimeField()
    reason = forms.CharField(max_length=200)


class CallForm(Act):
    kind = forms.ChoiceField(choices=CallKind)
    note = forms.CharField(max_length=200, required=False)


class UnitForm(forms.Form):
    unit = forms.CharField(max_length=60)


class ClearanceForm(UnitForm, Act):
    """The ticked lines by their positions, and the signature."""

    ticked = forms.TypedMultipleChoiceField(coerce=int, required=False)
    digest = forms.CharField(max_length=64)
    pin = forms.CharField(max_length=16)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Which lines there are is known by the verb; here they are numbers.
        given = self.data.getlist("ticked") if hasattr(self.data, "getlist") else []
        self.fields["ticked"].choices = [
            (one, one) for one in given if one.isascii() and one.isdigit() and len(one) < 6
        ]


def checked(form: forms.Form) -> dict[str, Any]:
    """The form's cleaned content; raises InvalidInput that names every field that is wrong."""
    if form.is_valid():
        return form.cleaned_data
    errors = [FieldError(label_of(form, name), " ".join(map(str, found))) for name, found in form.errors.items()]
    raise InvalidInput(
        _("What was sent can't be read."), do=_("Correct what is named, and send it again."), errors=errors
    )
