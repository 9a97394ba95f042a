from typing import Any

from django.conf import settings
from django.core.management.commands.migrate import Command as Migrate

from mes.kernel.audit.grants import grant_application_role


class Command(Migrate):
    help = Migrate.help + " Afterwards grants the application's database role its rights."

    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if settings.MES_APPLICATION_ROLE:
            grant_application_role(settings.MES_APPLICATION_ROLE)
