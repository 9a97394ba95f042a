from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError

from mes.kernel.audit.actions.seals import reseal
from mes.kernel.door import open_door
from mes.kernel.refusals import Refusal


class Command(BaseCommand):
    help = "Seal the stored passwords and keys of machines anew, under the present SECRET_KEY."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with open_door(person=None, reason="reseal_secrets"):
                count = reseal(of=apps.get_models())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{count} secrets are sealed under the present SECRET_KEY.")
