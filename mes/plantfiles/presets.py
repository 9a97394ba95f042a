"""States by a standard in one entry of a file: `preset: PACKML` for the conditions that it stands for, both ways."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from equipment.collection.state_building import PRESETS
from equipment.status import TagComparison
from mes.kernel.documents import Items, Map, Reader

_SAID = ("station", "preset", "tag")


def written_out(items: Items, reader: Reader) -> Iterator[tuple[Any, int]]:
    """The entries of `states` with their lines, each preset as the conditions that it stands for."""
    for item, line in zip(items, items.lines, strict=True):
        if not isinstance(item, Map) or "preset" not in item:
            yield item, line
        elif _is_whole(item, reader):
            for condition in _conditions(item["preset"], item["station"], item["tag"]):
                yield _on_lines(condition, item), line


def _is_whole(item: Map, reader: Reader) -> bool:
    """Whether it says what a preset needs, and nothing else; what is wrong goes to the reader."""
    before = len(reader.errors)
    for name in _SAID:
        if name not in item:
            reader.wrong(item.line, _("{name} is missing.").format(name=name), _("Write {name}: …").format(name=name))
        elif not isinstance(item[name], str):
            reader.wrong(item.lines[name], _("{name} is one value.").format(name=name), _("Write it behind the colon."))
    for name in item.keys() - set(_SAID):
        reader.wrong(
            item.lines[name],
            _("There is no {key} here.").format(key=name),
            _("Known are: {keys}.").format(keys=", ".join(_SAID)),
        )
    preset = item["preset"]
    if isinstance(preset, str) and preset not in PRESETS:
        known = ", ".join(PRESETS)
        reader.wrong(
            item.lines["preset"],
            _("There is no preset {preset}.").format(preset=preset[:40]),
            _("Write one of: {values}.").format(values=known),
        )
    return len(reader.errors) == before


def _conditions(preset: str, station: str, tag: str) -> list[dict[str, Any]]:
    return [
        {
            "station": station,
            "state": state,
            "detail": detail,
            "terms": [{"tag": tag, "comparison": str(TagComparison.EQUAL.value), "value": str(number)}],
        }
        for number, (state, detail) in PRESETS[preset].items()
    ]


def _on_lines(value: Any, item: Map) -> Any:
    """The same, as if each part of it stood where the preset says it."""
    if isinstance(value, list):
        items = Items(_on_lines(each, item) for each in value)
        items.line, items.lines = item.line, [item.line] * len(value)
        return items
    if isinstance(value, dict):
        mapping = Map({name: _on_lines(each, item) for name, each in value.items()})
        mapping.line = item.line
        mapping.lines = {name: item.lines.get(name, item.lines["preset"]) for name in value}
        return mapping
    return value


def put_together(conditions: Sequence[Any]) -> Iterator[Mapping[str, Any]]:
    """The entries of `states`, with a preset for every run of conditions that it stands for."""
    place = 0
    while place < len(conditions):
        found = next((entry for entry in _entries(conditions[place:])), None)
        if found is None:
            yield conditions[place]
            place += 1
        else:
            entry, length = found
            yield entry
            place += length


def _entries(conditions: Sequence[Any]) -> Iterator[tuple[dict[str, str], int]]:
    """Every preset that these conditions begin with, as its entry and how many it stands for."""
    first = conditions[0]
    terms = first.get("terms", ())
    for name, states in PRESETS.items():
        if len(terms) == 1:
            meant = _conditions(name, first["station"], terms[0]["tag"])
            if list(conditions[: len(states)]) == meant:
                yield dict(zip(_SAID, (first["station"], name, terms[0]["tag"]), strict=True)), len(states)
