from django.apps import AppConfig, apps

from mes.boards.listed_words import TOLD
from mes.kernel import words


class Boards(AppConfig):
    """The pages of the whole plant; with them the words that are looked up where they are shown."""

    name = "mes.boards"

    def ready(self) -> None:
        """Before the administration makes its forms."""
        words.know(TOLD)
        words.translate_names(apps.get_app_configs(), apps.get_models(include_auto_created=True))
