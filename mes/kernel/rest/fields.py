"""Fields that take exactly what they say, and say in the OpenAPI document what they take."""

import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from drf_spectacular.extensions import OpenApiSerializerExtension, OpenApiSerializerFieldExtension
from rest_framework import serializers

from mes.kernel.numbers import decimal_of, plain
from mes.kernel.words import told

_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}  # control characters, surrogates, line and paragraph separators


def is_one_line(text: str) -> bool:
    """Whether a text can be stored, shown and printed as one line."""
    return not any(unicodedata.category(character) in _UNSEEN for character in text)


class Input(serializers.Serializer):
    """The shape of a body or query. A field it does not know is refused: a misspelt one is never dropped in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping) and (unknown := [name for name in data if name not in self.fields]):
            sentence = _("There is no such field. The fields are: {fields}.").format(fields=", ".join(self.fields))
            raise serializers.ValidationError({name[:80]: [sentence] for name in unknown[:20]})
        return super().to_internal_value(data)


class NothingInput(Input):
    """Nothing is sent: who acts is the token's person."""


class Text(serializers.CharField):
    """One line of text. A number is not a text: 007 and 7 would become the same serial."""

    default_error_messages = {
        "invalid": lazy("This is not a text: put it in quotes."),
        "unseen": lazy("This has characters that can't be seen, such as a line break."),
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data)
        if not is_one_line(text):
            self.fail("unseen")
        return text


class Number(serializers.Field):
    """A decimal number: in as a JSON number or a string, out as a string without exponent. places: after the point."""

    def __init__(self, *, places: int = 4, **kwargs: Any) -> None:
        self.places = places
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        try:
            return decimal_of(data, places=self.places)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error

    def to_representation(self, value: Decimal) -> str:
        return plain(Decimal(value))


class AnyValue(serializers.Field):
    """A text, a number, true, or a list of numbers; which of them is right is known by the step."""

    default_error_messages = {"invalid": lazy("A value is a text, a number, true, or a list of numbers.")}

    def to_internal_value(self, data: Any) -> Any:
        if not all(isinstance(one, str | int | Decimal) for one in (data if isinstance(data, list) else [data])):
            self.fail("invalid")
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class Told(serializers.CharField):
    """A sentence that is kept in English, in the language of the request."""

    def to_representation(self, value: str) -> str:
        return told(value)


class NumberShape(OpenApiSerializerFieldExtension):
    target_class = Number

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        text = {"type": "string", "pattern": r"^[+-]?[0-9]{1,12}([.,][0-9]{1,12})?$", "example": "1.25"}
        if direction == "response":
            return text
        return {"oneOf": [text, {"type": "number"}]}


class AnyValueShape(OpenApiSerializerFieldExtension):
    target_class = AnyValue

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        numbers = {"type": "array", "items": {"oneOf": [{"type": "string"}, {"type": "number"}]}, "maxItems": 50}
        return {"oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}, numbers]}


class InputShape(OpenApiSerializerExtension):
    target_class = Input
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        return auto_schema._map_serializer(self.target, direction, bypass_extensions=True) | {
            "additionalProperties": False
        }
