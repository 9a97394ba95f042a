"""What a machine says of a defect, and which defect it means, as people write it down: "1=M-LEAK, 2=M-NOISE, 9="."""

import re

from django.utils.translation import gettext as _

from equipment.outline import CODE

FIELD = "defect"  # of the tag of an event that says what was found

_CODE = re.compile(CODE)


def codes_in(text: str) -> dict[str, str]:
    """The defect of each thing that the machine says; an empty one where it means none. Raises ValueError in words."""
    codes: dict[str, str] = {}
    for entry in filter(None, (one.strip() for one in re.split(r"[,;\n]", text))):
        said, is_given, code = (part.strip() for part in entry.partition("="))
        if not is_given or not said or (code and not _CODE.fullmatch(code)):
            sentence = _("“{entry}” names no defect: write what the machine says and the code, such as 1=M-LEAK.")
            raise ValueError(sentence.format(entry=entry[:60]))
        if said in codes:
            raise ValueError(_("“{said}” is there twice: keep one.").format(said=said[:60]))
        codes[said] = code
    return codes


def code_meant(said: str, text: str) -> str | None:
    """The defect that is meant by what a machine says, empty for none; None where nobody has written that down.

    Without a table it says the code itself. Nothing, or 0, is none, unless the table says otherwise.
    """
    codes = codes_in(text)
    if said in codes:
        return codes[said]
    if said in ("", "0"):
        return ""
    return None if codes else said
