"""The shape of what the office sends about assets and help calls. What it means is judged by the verbs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from equipment.models import PhysicalAsset, Station
from equipment.status import CalibrationResult


class PlaceForm(forms.Form):
    """Where an asset goes: a station of its site, or the store."""

    station = forms.ModelChoiceField(
        label=_("Where it goes"), queryset=Station.objects.none(), required=False, empty_label=_("In the store")
    )

    def __init__(self, *args: Any, asset: PhysicalAsset, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = Station.objects.filter(site=asset.site_id, is_active=True)


class WhyForm(forms.Form):
    """An act that has to say why."""

    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"data-autofocus": True}))


class CalibrationForm(forms.Form):
    """A calibration as its certificate has it."""

    result = forms.ChoiceField(label=_("Result"), choices=CalibrationResult)
    as_found = forms.CharField(label=_("As found"), max_length=200, help_text=_("Readings before adjustment."))
    as_left = forms.CharField(
        label=_("As left"), max_length=200, help_text=_("Readings after adjustment; the same where nothing was done.")
    )
    standard = forms.CharField(
        label=_("Standard"), max_length=120, help_text=_("What it was compared with, and the certificate of that.")
    )
    certificate_number = forms.CharField(label=_("Certificate number"), max_length=60, required=False)
    certificate = forms.FileField(label=_("Certificate"), required=False, help_text=_("PDF or picture, up to 10 MB."))
    due_date = forms.DateField(
        label=_("Next one due"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class AnswerForm(forms.Form):
    """How a help call ended."""

    answer = forms.CharField(
        label=_("What was done"), max_length=200, required=False, widget=forms.TextInput(attrs={"data-autofocus": True})
    )
