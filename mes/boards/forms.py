from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from mes.kernel.personnel.actions import secrets
from mes.kernel.personnel.models import Person
from wip.models import HoldReason


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


class HoldSubjectForm(HoldForm):
    """The same from the list of holds, where one also says what."""

    field_order = ("subject",)
    subject = forms.CharField(
        label=_("Unit, lot or order"), max_length=60, widget=forms.TextInput(attrs={"data-autofocus": True})
    )


class ReleaseHoldForm(forms.Form):
    reason = forms.CharField(label=_("Why work may go on"), max_length=200)
