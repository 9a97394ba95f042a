from html import escape
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html
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
    inside = SafeString("".join([_group(name, options) for name, options, _ in widget["optgroups"]]))
    return format_html('<select name="{}"{}>{}\n</select>', widget["name"], flatatt(widget["attrs"]), inside)


def _group(name: str | None, options: list[dict[str, Any]]) -> str:
    if not name and len(options) == 1:  # as each choice is that is in no group
        return _option(options[0])
    inside = "".join([_option(one) for one in options])
    return f'\n  <optgroup label="{conditional_escape(name)}">{inside}\n  </optgroup>' if name else inside


def _option(option: dict[str, Any]) -> str:
    """One option, escaped by hand: format_html takes four times as long, and there are hundreds."""
    label, attrs = option["label"], option["attrs"]
    # Most are names as they are: only what is no plain text is asked whether it is HTML already.
    label = escape(label) if label.__class__ is str else conditional_escape(label)
    return f'\n  <option value="{escape(str(option["value"]))}"{flatatt(attrs) if attrs else ""}>{label}</option>'
