"""Reading a JSON body strictly: what is ambiguous is refused instead of guessed."""

import json
import re
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError

_HALF_A_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")


class StrictJSONParser(parsers.JSONParser):
    """JSON in UTF-8 (RFC 8259). Refuses NaN, a name given twice, half a character, and bodies nested too deep.

    Numbers with a fraction become Decimal, so that 0.1 is stored as it was sent.
    """

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            text = stream.read().decode()
            found = json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_names_once)
            if _HALF_A_CHARACTER.search(text):
                json.dumps(found, ensure_ascii=False, default=str).encode()
            return found
        except UnicodeEncodeError as error:  # no text can be stored or answered with it
            raise ParseError(_("The body has half of a character, a surrogate without its other one.")) from error
        except UnicodeDecodeError as error:
            raise ParseError(_("The body is not UTF-8 at byte {place}.").format(place=error.start)) from error
        except RecursionError as error:
            raise ParseError(_("The body is nested too deep.")) from error
        except ValueError as error:
            raise ParseError(_("The body is not JSON: {error}.").format(error=error)) from error


def _no_number(name: str) -> Any:
    raise ValueError(_("{name} is not a number").format(name=name))


def _names_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        twice = next(name for name in members if sum(name == pair[0] for pair in pairs) > 1)
        raise ValueError(_("the name {name!r} is given twice").format(name=twice[:40]))
    return members
