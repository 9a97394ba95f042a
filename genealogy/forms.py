"""The shape of what the office posts about lots. What it means is judged by the verbs."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from equipment.models import Site, Station
from genealogy.models import Supplier
from mes.kernel.numbers import decimal_of
from orders.models import Product


class Number(forms.CharField):
    """A number as people type it, with decimal comma or point."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        try:
            return decimal_of(text) if text else None
        except ValueError as error:
            raise ValidationError(str(error)) from error


class LabelForm(forms.Form):
    """A supplier's label, scanned or typed. Named as the form that takes scans names its field."""

    code = forms.CharField(
        label=_("Supplier's label"),
        max_length=200,
        required=False,
        help_text=_("Scan it: lot and expiry are filled in from a GS1 code."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-autofocus": True}),
    )


class ProductByCode(forms.CharField):
    """A product by its code: scanned or typed, whatever the capitals."""

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        if not code:
            return None
        product = Product.objects.filter(code__iexact=code, is_active=True).first()
        if product is None:
            raise ValidationError(_("There is no product %(code)s in use.") % {"code": code})
        return product


class ReceiveForm(forms.Form):
    """What is received, and what came with it."""

    product = ProductByCode(label=_("Product"), max_length=100, help_text=_("Its code."))
    quantity = Number(label=_("Quantity"), max_length=30)
    serial = forms.CharField(
        label=_("Serial or lot number"),
        max_length=60,
        required=False,
        help_text=_("Of each piece, or ours for the lot; a lot without one gets the next number."),
    )
    supplier = forms.ModelChoiceField(
        label=_("Supplier"), queryset=Supplier.objects.filter(is_active=True), required=False
    )
    supplier_lot = forms.CharField(label=_("Supplier's lot"), max_length=60, required=False)
    expires_date = forms.DateField(
        label=_("Expires"),
        required=False,
        help_text=_("The last day on which it may be used."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    certificate_number = forms.CharField(label=_("Certificate number"), max_length=60, required=False)
    certificate = forms.FileField(label=_("Certificate"), required=False, help_text=_("PDF, PNG or JPEG, up to 5 MB."))
    revision = forms.CharField(label=_("Revision"), max_length=20, required=False)
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=None)
    label = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sites: Collection[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Site.objects.filter(pk__in=sites)
        self.fields["site"].queryset = places
        if len(sites) == 1:
            self.fields["site"].widget = forms.HiddenInput()
            self.fields["site"].initial = next(iter(sites))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class ReleaseLotForm(ReasonForm):
    """The signature: digest of what was shown, and the password again."""

    digest = forms.CharField(max_length=64)
    password = forms.CharField(label=_("Your password"), max_length=200, strip=False)


class StageForm(forms.Form):
    """Which lot goes where."""

    serial = forms.CharField(
        label=_("Unit or lot"), max_length=60, widget=forms.TextInput(attrs={"data-autofocus": True})
    )
    station = forms.ModelChoiceField(label=_("Station"), queryset=Station.objects.none())

    def __init__(self, *args: Any, sites: Collection[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = Station.objects.filter(site__in=sites, is_active=True)


class LoadForm(forms.Form):
    """A unit or lot that is put into a container, or taken out of it."""

    serial = forms.CharField(
        label=_("Unit or lot"), max_length=60, widget=forms.TextInput(attrs={"data-autofocus": True})
    )


class MoveForm(forms.Form):
    """Where a container is brought; nothing: to no station."""

    station = forms.ModelChoiceField(Station.objects.none(), label=_("Station"), required=False)

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["station"].queryset = Station.objects.filter(site=site, is_active=True)  # type: ignore[attr-defined]
