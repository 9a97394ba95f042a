"""`include` as templates know it, that keeps what small pieces of a page come out as.

A page shows the same badge or icon many times, and a list the same rows as the last time. Included with `only`, these
pieces follow from the values they are given and the language, so what they came out as once is what they will come out
as again. A record that has changed has other values.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import count
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context
from django.template.loader_tags import IncludeNode, do_include
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

KEPT = {
    *(f"components/{name}.html" for name in ("badge", "head", "icon", "line", "mark", "nav", "progress", "say")),
    *("boards/find_row.html", "boards/order_row.html"),
    *(f"wip/board_{name}.html" for name in ("choices", "conflicts", "job", "lane", "station")),
    *("wip/exception_row.html", "wip/permit_row.html", "wip/batch_row.html", "orders/in_work_row.html"),
    *(f"orders/{kind}_row.html" for kind in ("product", "routing", "instruction")),
    *("wip/dispatch_station.html", "wip/dispatch_ready.html", "wip/dispatch_blocked.html"),
}
_MOST = 8192


class Flat:
    """A frozen dataclass of plain values, and of such, can be shown by a piece that is kept.

    Its repr is what tells two of them apart: times are written out before.
    """

    __slots__ = ()


_PLAIN = (str, int, Decimal, type(None), Flat)

_pieces: dict[Any, SafeString] = {}
_numbers = count()


class KeptIncludeNode(IncludeNode):
    """An include of one of KEPT with `only`. Not with a value that is not plain: a time, which a zone shows."""

    def render(self, context: Context) -> SafeString:
        given = {name: value.resolve(context) for name, value in self.extra_context.items()}
        given = {name: str(value) if isinstance(value, Promise) else value for name, value in given.items()}
        if not all(isinstance(value, _PLAIN) for value in given.values()):
            return super().render(context)
        # As text and with its class: 1, True and 1.0000 are equal, and look different.
        values = tuple((name, value.__class__, str(value)) for name, value in given.items())
        key = self.template.var, get_language(), values
        return _kept(key, lambda: IncludeNode.render(self, context))


@register.tag("include")
def include(parser: Parser, token: Token) -> IncludeNode:
    node = do_include(parser, token)
    if node.isolated_context and getattr(node.template, "var", None) in KEPT:
        node.__class__ = KeptIncludeNode
    return node


class KeptNode(template.Node):
    """`{% kept what … %}`: what is between it and `{% endkept %}` follows from these values and the language alone."""

    def __init__(self, values: Sequence[FilterExpression], nodelist: NodeList) -> None:
        self.number, self.values, self.nodelist = next(_numbers), values, nodelist

    def render(self, context: Context) -> SafeString:
        key = self.number, get_language(), *(value.resolve(context, ignore_failures=True) for value in self.values)
        return _kept(key, lambda: self.nodelist.render(context))


@register.tag("kept")
def keep(parser: Parser, token: Token) -> KeptNode:
    values = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(values, nodelist)


def _kept(key: Any, render: Callable[[], SafeString]) -> SafeString:
    kept = _pieces.get(key)
    if kept is None:
        if len(_pieces) >= _MOST:
            _pieces.clear()
        kept = _pieces[key] = render()
    return kept
