from django.core.management.commands import makemessages


class Command(makemessages.Command):
    """As Django's, and finds what `lazy("…")` marks, too: our short name for gettext_lazy where `_` is gettext."""

    xgettext_options = [*makemessages.Command.xgettext_options, "--keyword=lazy"]
