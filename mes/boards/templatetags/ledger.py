"""What changed in a row of the ledger, written in one go: a page shows hundreds of columns."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from mes.boards.ledger import Entry, Told

register = template.Library()

_BEFORE_AND_AFTER = '<div><span class="muted">{}</span> <del{}>{}</del> → <ins{}>{}</ins></div>'
_AFTER = '<div><span class="muted">{}</span> <ins{}>{}</ins></div>'


@register.filter
def changes(entry: Entry) -> SafeString:
    """A line for each column: of an update before and after, of a row that is new or gone what it holds."""
    if entry.is_update:
        return format_html_join(
            "", _BEFORE_AND_AFTER, ((one.name, *_value(one.before), *_value(one.after)) for one in entry.shown)
        )
    return format_html_join("", _AFTER, ((one.name, *_value(one.after)) for one in entry.shown))


def _value(told: Told) -> tuple[str, str]:
    """The title of a value, and its text."""
    return format_html(' title="{}"', told.exactly) if told.exactly else "", told.text
