"""Words that stand in no call of gettext: names that Django makes of the code's names, and sentences kept in English.

They are looked up where they are shown. The catalogue has them from mes/boards/listed_words.py, which
`manage.py write_reference` writes from the code that says them.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models import Field, Model
from django.forms import BaseForm
from django.utils import translation
from django.utils.functional import Promise

_PLACE = re.compile(r"\{(\w+)\}")
_known: list[str] = []


def translate_names(apps: Iterable[AppConfig], models: Iterable[type[Model]]) -> None:
    """Make lazy what apps, models and fields are called that were given no name: once, before forms are made of them.

    Migrations hold given names alone, so they stay as they are.
    """
    for owner, attribute, name in names_made(apps, models):
        setattr(owner, attribute, translation.gettext_lazy(name))


def names_made(apps: Iterable[AppConfig], models: Iterable[type[Model]]) -> Iterator[tuple[Any, str, str]]:
    """(owner, attribute, name) of each name that Django, or the history of a model, made of a name in the code."""
    with translation.override(None):  # as the code says it; no catalogue can be read before all apps are there
        yield from ((app, "verbose_name", str(app.verbose_name)) for app in apps)
        for model in models:
            meta = model._meta
            for attribute in ("verbose_name", "verbose_name_plural"):
                if attribute not in meta.original_attrs or hasattr(model, "instance_type"):
                    yield meta, attribute, str(getattr(meta, attribute))
            for field in [*meta.local_fields, *meta.local_many_to_many]:
                if getattr(field, "_verbose_name", None) is None:
                    yield field, "verbose_name", str(field.verbose_name)


def label_of(form: BaseForm, name: str) -> str:
    """What a field of a form is called: its label, or what Django makes of its name."""
    label = form[name].label
    return str(label) if isinstance(label, Promise) else translation.gettext(str(label))


def name_of_column(model: type[Model], column: str) -> str:
    """What a person calls a column of the model's table; the column itself where it has no field now."""
    field = _fields_by_column(model).get(column)
    return str(field.verbose_name) if field else column


@cache
def _fields_by_column(model: type[Model]) -> dict[str, Field]:
    return {field.column: field for field in model._meta.concrete_fields}


def know(sentences: Iterable[str]) -> None:
    """Have `told` know these sentences, with names in braces where each has its values."""
    _known[:] = sentences
    _patterns.cache_clear()


def told(text: str) -> str:
    """A sentence that a database or a collector put together in English, as its reader reads it.

    What nobody listed, such as what a machine itself says, stays as it is.
    """
    if not text or (translation.get_language() or settings.LANGUAGE_CODE) == settings.LANGUAGE_CODE:
        return text
    if (said := translation.gettext(text)) != text:
        return said
    for pattern, sentence in _patterns():
        if found := pattern.fullmatch(text):
            return translation.gettext(sentence).format(
                **{name: told(value) for name, value in found.groupdict().items()}
            )
    return text


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Each sentence with values as a pattern; what has most words of its own comes first."""
    with_values = sorted((one for one in _known if _PLACE.search(one)), key=lambda one: -len(_PLACE.sub("", one)))
    return [(re.compile(_pattern(sentence), re.DOTALL), sentence) for sentence in with_values]


def _pattern(sentence: str) -> str:
    parts, seen = [], set()
    for place, part in enumerate(_PLACE.split(sentence)):
        is_value = place % 2 == 1
        parts.append((f"(?P={part})" if part in seen else f"(?P<{part}>.*?)") if is_value else re.escape(part))
        seen |= {part} if is_value else set()
    return "".join(parts)
