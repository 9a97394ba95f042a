"""Shapes of bodies and answers, made once a process: the framework copies every field each time it makes one.

A shape keeps nothing of what it reads or shows, so all threads may use the same one.
"""

from functools import cache
from typing import Any

from rest_framework import serializers

from mes.kernel.rest.fields import Input


def read(shape: type[Input], given: Any) -> dict[str, Any]:
    """What was given, in this shape; raises ValidationError that names every wrong field."""
    return _made(shape).run_validation(given)


def shown(shape: type[serializers.Serializer], record: Any) -> dict[str, Any]:
    """The record in the shape of an answer."""
    return _made(shape).to_representation(record)


@cache
def _made(shape: type[serializers.Serializer]) -> serializers.Serializer:
    return shape()
