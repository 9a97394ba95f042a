"""A language of the tests: its catalogue as gettext compiles it, without gettext's tools."""

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HEADER = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


def speak(language: str, catalogue: Mapping[str, str], folder: Path, settings: Any) -> None:
    """Have the product offer the language beside English, with these translations."""
    messages = folder / language / "LC_MESSAGES"
    messages.mkdir(parents=True)
    (messages / "django.mo").write_bytes(compiled({"": HEADER} | dict(catalogue)))
    settings.LANGUAGES = [("en", "English"), (language, language)]
    settings.LOCALE_PATHS = [folder]


def compiled(catalogue: Mapping[str, str]) -> bytes:
    """The catalogue as GNU gettext's .mo: a header, tables of length and place for each text, then the texts."""
    pairs = [(key.encode(), value.encode()) for key, value in sorted(catalogue.items())]
    texts, tables = b"", []
    begin = 28 + 16 * len(pairs)
    for column in zip(*pairs, strict=True):
        for one in column:
            tables += [len(one), begin + len(texts)]
            texts += one + b"\0"
    header = (0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, begin)
    return struct.pack(f"<{7 + len(tables)}I", *header, *tables) + texts
