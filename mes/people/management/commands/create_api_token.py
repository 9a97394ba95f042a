from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.refusals import Refusal
from mes.people.actions.tokens import create_token


class Command(BaseCommand):
    help = "Make a bearer token for the API and print it, alone, on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--scopes", nargs="*", default=[], help="permissions the token is narrowed to; default all")
        parser.add_argument(
            "--sites", nargs="*", default=[], help="sites (codes) the token is narrowed to; default all"
        )
        parser.add_argument("--name", default="", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        person = Person.objects.filter(username=options["username"], is_active=True).first()
        if person is None:
            raise CommandError(f"No active person has the user name {options['username']}.")
        asked = {"scopes": _each(options["scopes"]), "sites": _each(options["sites"]), "name": options["name"]}
        try:
            with open_door(person=None, reason="create_api_token") as passage:
                token = create_token(person=person, by=None, at=passage.at, **asked)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(token)


def _each(given: list[str]) -> list[str]:
    """What is named apart, or with commas between."""
    return [one for some in given for one in some.split(",") if one]
