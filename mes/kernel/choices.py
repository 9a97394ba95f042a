from typing import Any

from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString


class FlatChoices(DjangoTemplates):
    """Django's forms, with the options of a choice written in one go.

    Django renders a template for each: a choice among two hundred stations takes longer than all else on its page.
    """

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if template_name == "django/forms/widgets/select.html":
            return _select(context["widget"])
        return super().render(template_name, context, request)


def _select(widget: dict[str, Any]) -> SafeString:
    groups = format_html_join("", "{}", ((_group(name, options),) for name, options, _ in widget["optgroups"]))
    return format_html('<select name="{}"{}>{}\n</select>', widget["name"], flatatt(widget["attrs"]), groups)


def _group(name: str | None, options: list[dict[str, Any]]) -> SafeString:
    inside = SafeString("".join([_option(**one) for one in options]))
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, inside) if name else inside


def _option(*, value: Any, label: Any, attrs: dict[str, Any], **_more: Any) -> str:
    """One option, escaped by hand: format_html takes four times as long, and there are hundreds."""
    more = flatatt(attrs) if attrs else ""
    return f'\n  <option value="{conditional_escape(value)}"{more}>{conditional_escape(label)}</option>'
