from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mes.kernel.personnel.actions.qualifications import HIGHEST_LEVEL
from mes.kernel.personnel.models import Qualification


class GrantForm(forms.Form):
    """What somebody is qualified for, at which level, until when, and what that rests on."""

    qualification = forms.ModelChoiceField(
        label=_("Qualification"), queryset=Qualification.objects.order_by("code"), to_field_name="code"
    )
    level = forms.IntegerField(label=_("Level"), min_value=1, max_value=HIGHEST_LEVEL, initial=1)
    expires_date = forms.DateField(
        label=_("Valid until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    evidence = forms.CharField(
        label=_("Evidence"), max_length=300, help_text=_("The course, the examiner, the number of the certificate.")
    )
    certificate = forms.FileField(
        label=_("Certificate"),
        required=False,
        help_text=_("PDF, PNG or JPEG, at most 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )


class CorrectionForm(forms.Form):
    """When somebody was on a job, on the clock of its site."""

    began_at = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    ended_at = forms.DateTimeField(label=_("To"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def clean_began_at(self) -> Any:
        return self.cleaned_data["began_at"].replace(tzinfo=None)

    def clean_ended_at(self) -> Any:
        return self.cleaned_data["ended_at"].replace(tzinfo=None)


class EntryForm(CorrectionForm):
    """Time that somebody did not clock: who, and on which job."""

    person = forms.CharField(label=_("User name"), max_length=150)
    unit = forms.CharField(label=_("Unit or lot"), max_length=60)
    operation = forms.CharField(label=_("Operation"), max_length=12)


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)
