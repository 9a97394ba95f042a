"""The shape of what the office posts about revisions. What it means is judged by the verbs."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class SignForm(forms.Form):
    """A signature: the digest of what was shown, and the password again. reason: what it rests on."""

    reason = forms.CharField(label=_("What it rests on"), max_length=200)
    digest = forms.CharField(max_length=64)
    password = forms.CharField(label=_("Your password"), max_length=200, strip=False)


class EffectivityForm(ReasonForm):
    on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("The last day on which a new order pins it; empty: no end."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class StandardForm(ReasonForm):
    """A standard operation that is copied into a draft, under a code of its own there."""

    operation = forms.UUIDField(label=_("Standard operation"))
    code = forms.CharField(label=_("Code"), max_length=12)
