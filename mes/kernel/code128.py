"""Barcodes in Code 128, code set B (ISO/IEC 15417), as SVG to put into a page: every scanner reads them."""

from collections.abc import Iterator

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# The widths of three bars and three spaces of each symbol value, in modules.
_SYMBOLS = """
212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122
123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323
131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131
213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122
141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112
124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141
411131 211412 211214 211232
""".split()  # noqa: SIM905 - a table to compare with the standard's
_START_B, _STOP = 104, "2331112"
_QUIET = 10  # modules left white on either side
_HEIGHT = 40


def widths(text: str) -> str:
    """Widths of bars and spaces in turn, in modules. Raises ValueError for what is not printable ASCII."""
    if not text or not all(" " <= character <= "~" for character in text):
        raise ValueError(f"{text!r} is not printable ASCII, which is all that code set B has.")
    values = [ord(character) - 32 for character in text]
    check = (_START_B + sum(place * value for place, value in enumerate(values, 1))) % 103
    return "".join(_SYMBOLS[value] for value in [_START_B, *values, check]) + _STOP


def svg(text: str) -> SafeString:
    """The barcode, black on white in light and dark; its size is the page's to say."""
    drawn = widths(text)
    width = sum(map(int, drawn)) + 2 * _QUIET
    path = "".join(f"M{left} 0h{bar}v{_HEIGHT}h-{bar}z" for left, bar in _bars(drawn))
    return format_html(
        '<svg class="barcode" viewBox="0 0 {0} {1}" preserveAspectRatio="none" role="img" aria-label="{2}">'
        '<rect width="{0}" height="{1}" fill="#fff"/><path d="{3}" fill="#000"/></svg>',
        width,
        _HEIGHT,
        text,
        mark_safe(path),  # noqa: S308 - numbers of this module
    )


def _bars(drawn: str) -> Iterator[tuple[int, int]]:
    """Left edge and width of each bar."""
    left = _QUIET
    for place, width in enumerate(map(int, drawn)):
        if place % 2 == 0:
            yield left, width
        left += width
