#!/usr/bin/env python
"""Django's command line; with the demo's settings it uses the embedded servers, or starts them for the one command."""

import os
import sys
from contextlib import nullcontext

# Commands that change the schema run as the role that owns it; everything else as the role that cannot.
OWNER_COMMANDS = {"migrate", "makemigrations", "sqlmigrate", "showmigrations", "squashmigrations", "flush"}
DEMO_SETTINGS = "mes.settings.demo"


def main() -> int | None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", DEMO_SETTINGS)
    if OWNER_COMMANDS & set(sys.argv[1:2]):
        os.environ.setdefault("MES_DATABASE_ROLE", "owner")
    from mes.embedded.home import EmbeddedError, Home
    from mes.embedded.sessions import servers

    embedded = os.environ["DJANGO_SETTINGS_MODULE"] == DEMO_SETTINGS
    try:
        with servers(Home.from_environment()) if embedded else nullcontext({}) as environment:
            os.environ.update(environment)
            from django.core.management import execute_from_command_line

            execute_from_command_line(sys.argv)
    except EmbeddedError as failure:
        print(failure, file=sys.stderr)
        return 1
    return None


if __name__ == "__main__":
    sys.exit(main())
