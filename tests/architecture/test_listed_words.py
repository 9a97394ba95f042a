"""What is shown of models, administration and forms is lazy: each reader has it in their own language."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.forms.utils import pretty_name
from django.utils.functional import Promise

from mes.boards import listed_words, word_lists
from mes.boards.reference import PACKAGES, subclasses_of
from mes.embedded.home import ROOT

MODELS = apps.get_models(include_auto_created=True)
OURS = [model for model in MODELS if model.__module__.split(".")[0] in PACKAGES]
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
# A sentence, or what is shown: two words and more beside each other that no selector and no property has.
SAID = re.compile(
    r"""\.(?:textContent|innerText|innerHTML|title|placeholder)\s*=\s*["'`][^"'`]*[A-Za-z]{2}"""
    r"""|(?:alert|confirm|prompt)\("""
    r"""|setAttribute\("(?:title|alt|aria-label|placeholder)",\s*["'`]"""
    r"""|["'`][A-Z][a-z]+(?: [a-z]+)+[^"'`]*["'`]"""
)


def is_lazy(text: object) -> bool:
    return isinstance(text, Promise) or text in ("", None)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_whatever_a_model_shows_is_lazy(model):
    fields = [field for field in model._meta.local_fields if not field.auto_created] + model._meta.local_many_to_many
    shown = [model._meta.verbose_name, model._meta.verbose_name_plural]
    shown += [text for field in fields for text in (field.verbose_name, field.help_text)]
    shown += [label for field in fields for _value, label in field.flatchoices if re.search("[a-z]", str(label))]
    shown += [constraint.violation_error_message for constraint in model._meta.constraints]
    assert [str(text) for text in shown if not is_lazy(text)] == []


@pytest.mark.parametrize("model", [m for m in admin.site._registry if m in OURS], ids=lambda model: model._meta.label)
def test_whatever_the_administration_calls_a_column_an_act_or_an_entry_is_lazy(model):
    page = admin.site._registry[model]
    shown = [label_for_field(name, model, page) for name in {*page.list_display, *page.readonly_fields} - {"__str__"}]
    shown += [description for _act, _name, description in page._get_base_actions()]
    shown += [title for title, _fields in page.fieldsets or ()]
    for form in [page.form, *(inline.form for inline in page.inlines)]:
        shown += [
            field.label if field.label is not None else pretty_name(name)
            for name, field in getattr(form, "base_fields", {}).items()
            if not isinstance(field.widget, forms.HiddenInput)
        ]
    assert [str(text) for text in shown if not is_lazy(text)] == []


def labels_of_forms() -> Iterator[tuple[str, object]]:
    for form in subclasses_of(forms.BaseForm):
        for name, field in getattr(form, "base_fields", {}).items():
            yield f"{form.__name__}.{name}", field.label


def test_a_forms_entry_has_a_lazy_label_or_a_listed_name():
    assert [name for name, label in labels_of_forms() if not is_lazy(label)] == []


def test_the_list_is_what_the_code_says():
    """`manage.py write_reference` writes it anew."""
    assert Path(listed_words.__file__).read_text() == word_lists.module()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_says_a_word_of_its_own(path: Path):
    """Words come from the page: attributes, templates. What a script calls a thing is the same in every language."""
    code = re.sub(r"^\s*//.*$|\s//\s.*$", "", path.read_text(), flags=re.MULTILINE)
    assert SAID.findall(code) == []


@pytest.mark.parametrize(
    "source",
    ['place.textContent = "Saved";', 'confirm("x")', 'say("Not saved yet");', 'a.setAttribute("title", "Close");'],
)
def test_a_scripts_word_is_found(source):
    assert SAID.search(source)
