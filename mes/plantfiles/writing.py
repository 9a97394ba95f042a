"""From rows to plant files: the same rows give the same bytes."""

import hashlib
import re
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote
from uuid import UUID

from equipment.models import Site, SiteAccess, StateCondition
from equipment.queries import sites_of
from mes.kernel.personnel.models import Person
from mes.kernel.yaml_writing import document
from mes.plantfiles.folders import MARK, Files
from mes.plantfiles.kinds import BY_MODEL, KINDS, PARTS, Kind
from mes.plantfiles.presets import put_together
from mes.plantfiles.reading import FORMAT, default_of
from mes.plantfiles.rows import WEEKDAYS, Content, Row, order_of, shown
from mes.plantfiles.stored import Stored
from orders.models import Routing

_ODD = re.compile(r"[^\w+()=@ -]|^[ .]|[ .]$|\.(?=\.)")
_LONGEST = 80


def export_for(person: Person) -> Files:
    """What the person may see of the plant: their sites, and the kinds of things that their rights show."""
    return export([kind for kind in KINDS if person.may(kind.see)], set(sites_of(person)))


def export(kinds: Collection[Kind], sites: Collection[UUID] | None) -> Files:
    """The plant files of these kinds, as the database has them; sites: only what is at these; None: at all."""
    files: dict[str, bytes] = {MARK: f"format: {FORMAT}\n".encode()}
    writer = _Writer(Stored(), files, {kind for kind in KINDS if kind in kinds})
    codes = None if sites is None else {row.key[0] for row in writer.tops("sites") if row.pk in sites}
    for kind in KINDS:
        if kind.folder and kind in kinds:
            for row in writer.tops(kind.folder):
                if codes is None or writer.sites_of(row) is None or codes & set(writer.sites_of(row) or ()):
                    writer.write(row)
    return files


class _Writer:
    def __init__(self, stored: Stored, files: dict[str, bytes], kinds: Collection[Kind]) -> None:
        self.stored, self.files, self.kinds = stored, files, kinds
        self.taken: set[str] = set()
        self.parts: dict[tuple[Kind, tuple[Any, ...]], list[Row]] = {}
        for kind, rows in stored.rows.items():
            if kind.within:
                for row in rows.values():
                    if not row.is_hidden:
                        self.parts.setdefault((kind, row.parent), []).append(row)

    def tops(self, folder: str) -> list[Row]:
        """The things of a folder, in the order of their keys."""
        kind = next(kind for kind in KINDS if kind.folder == folder)
        return sorted(self.stored.rows[kind].values(), key=lambda row: order_of(row.key))

    def sites_of(self, row: Row) -> Collection[str] | None:
        """The codes of the sites that it belongs to; None: it is the enterprise's."""
        if row.kind.model is Person:
            return {access.key[-1] for access in self.parts.get((BY_MODEL[SiteAccess], row.key), ())}
        return {row.key[0]} if row.kind.model is Site or "site" in row.kind.key else None

    def write(self, row: Row) -> None:
        """Write a thing's file, and those of its pictures and texts."""
        stem = self._stem(row)
        self.files[f"{stem}.yaml"] = document(self._mapping(row, stem)).encode()

    def _stem(self, row: Row) -> str:
        """Where its file is, without .yaml; two names that differ in capitals alone don't share a file."""
        key = [part for part in row.key if part is not None]
        if row.kind.model is Routing and row.key[1] is None:
            key.insert(1, "standard")
        return self._free("/".join([row.kind.folder, *(_file_name(str(part)) for part in key)]), row)

    def _free(self, stem: str, row: Row) -> str:
        """The stem, or, where another file has it but for capitals, one of the row's own."""
        if stem.casefold() in self.taken:
            stem += "~" + hashlib.sha256(repr(row.key).encode()).hexdigest()[:12]
        self.taken.add(stem.casefold())
        return stem

    def _mapping(self, row: Row, stem: str, place: int = 0) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in row.kind.said:
            value = row.values[name]
            is_implied = place if name == row.kind.number else default_of(row.kind, name)
            if value is not None and (name in row.kind.required or value != is_implied):
                found[name] = self._written(row, name, value, stem)
        for part in PARTS[row.kind]:
            if part in self.kinds and (listed := list(self._listed(part, row, stem))):
                found[part.under] = list(put_together(listed)) if part.model is StateCondition else listed
        return found

    def _listed(self, part: Kind, row: Row, stem: str) -> Iterator[Any]:
        rows = self.parts.get((part, row.key), [])
        rows.sort(key=lambda each: order_of((each.values[part.number], *each.key) if part.number else each.key))
        for place, each in enumerate(rows, start=1):
            mapping = self._mapping(each, f"{stem}/{self._own_name(each)}", place)
            yield next(iter(mapping.values())) if len(part.said) == 1 else mapping

    @staticmethod
    def _own_name(row: Row) -> str:
        return "-".join(_file_name(shown(part)) for part in row.key[len(row.parent) :] if part is not None)

    def _written(self, row: Row, name: str, value: Any, stem: str) -> Any:
        if name == "body" or isinstance(value, Content):
            suffix, content = (".md", value.encode()) if name == "body" else (value.suffix, value.content)
            path = f"{self._free(stem, row)}{suffix}"
            self.files[path] = content
            return path
        if name == "weekdays":
            return [WEEKDAYS[day] for day in value]
        return [shown(each) for each in value] if isinstance(value, tuple) else shown(value)


def _file_name(text: str) -> str:
    """A part of a key as a name that every file system takes."""
    name = _ODD.sub(lambda found: quote(found[0], safe="").replace(".", "%2E"), text)
    if len(name.encode()) > _LONGEST:
        name = f"{text[:20].encode('ascii', 'ignore').decode()}~{hashlib.sha256(text.encode()).hexdigest()[:12]}"
        name = re.sub(r"[^\w~-]", "", name)
    return name
