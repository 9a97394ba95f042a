"""A choice is written as Django writes it."""

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test import SimpleTestCase

from mes.kernel.choices import FlatChoices

GROUPED = [("", "Any"), ("Cells", [("a", "A & B"), ("b", 'The "B"')]), (3, "Three")]


class Chosen(forms.Form):
    one = forms.ChoiceField(choices=GROUPED, widget=forms.Select(attrs={"data-autofocus": True, "class": "wide"}))
    some = forms.MultipleChoiceField(choices=GROUPED, required=False)
    is_open = forms.NullBooleanField()


@pytest.mark.parametrize("given", [None, {"one": "b", "some": ["a", "3"]}, {"one": "<none>"}])
def test_a_choice_is_what_djangos_own_templates_make_of_it(given):
    flat, own = Chosen(given, renderer=FlatChoices()), Chosen(given, renderer=DjangoTemplates())
    for name in flat.fields:
        SimpleTestCase().assertHTMLEqual(str(flat[name]), str(own[name]))
