"""The demo plant's master data: the plant files in `plant/`, taken in by the import that any plant uses, and signed."""

import re
from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path

from genealogy.models import SerialCounter
from mes.demo.people import give_secrets
from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Role
from mes.plantfiles.actions.plant import import_plant
from mes.plantfiles.actions.rows import REASON
from mes.plantfiles.folders import MARK, Files, read_folder
from orders.actions.instructions import confirm_instruction
from orders.models import Operation, Product
from orders.status import RevisionStatus

FOLDER = Path(__file__).parent / "plant"
# The days in the files are as of the week that begins on this Saturday.
WEEK = date(2026, 11, 21)
_DAY = re.compile(rb"\b\d{4}-\d\d-\d\d\b")
_WITH_PEOPLE = ("enterprises/", "sites/", "qualifications/", "people/")

GRANTED_BEFORE, DRAWN_BEFORE = timedelta(days=730), timedelta(days=45)
MADE_BEFORE = {"IP2": 4140, "GS-24": 2210}  # serial numbers that the plant has given already


def plant_files(today: date) -> Files:
    """The plant files with their days moved by whole weeks to today's: Saturdays stay so, what is ahead stays ahead."""
    weeks = timedelta(weeks=(today - WEEK).days // 7)

    def moved(found: re.Match[bytes]) -> bytes:
        return (date.fromisoformat(found[0].decode()) + weeks).isoformat().encode()

    files = read_folder(FOLDER)
    return {name: _DAY.sub(moved, content) if name.endswith(".yaml") else content for name, content in files.items()}


def take_over(*, now: datetime) -> dict[str, Person]:
    """Make the plant what its files say, as a real one is begun: the people first, who then sign.

    An engineer's last revision is approved only the day before `now`. Returns the people by user name.
    """
    files, granted, drawn = plant_files(now.date()), now - GRANTED_BEFORE, now - DRAWN_BEFORE
    with open_door(person=None, at=granted, reason=REASON):
        first = Person.objects.create(username="administrator", full_name="", roles=[Role.ADMINISTRATOR])
    only_people = {name: files[name] for name in files if name == MARK or name.startswith(_WITH_PEOPLE)}
    _take(only_people, {}, by=first, at=granted)
    with open_door(person=first, at=granted, reason=REASON):
        people = {person.username: person for person in give_secrets()}
    by = people["administrator"]
    _take(files, people, {"engineer", "quality"}, by=by, at=drawn)
    _take(files, people, {"ana"}, by=by, at=now - timedelta(hours=24))
    with open_door(person=by, at=drawn, reason=REASON):
        for product in Product.objects.filter(code__in=MADE_BEFORE):
            SerialCounter.objects.create(product=product, last=MADE_BEFORE[product.code])
    _confirm(people, drawn + timedelta(hours=4))
    return people


def _take(files: Files, people: dict[str, Person], signers: Collection[str] = (), *, by: Person, at: datetime) -> None:
    signing = {name: people[name] for name in signers}
    with open_door(person=by, at=at, reason=REASON):
        import_plant(files=files, signers=signing, is_trusted=True, is_rehearsal=False, by=by, at=at)


def _confirm(people: dict[str, Person], at: datetime) -> None:
    """Whoever is qualified for an operation has read the instruction that it wants confirmed."""
    asking = Operation.objects.filter(
        must_confirm_instruction=True, routing_revision__status=RevisionStatus.RELEASED
    ).select_related("instruction")
    for operation in asking.order_by("instruction__code"):
        assert operation.instruction is not None
        revision = operation.instruction.revisions.get()
        asked = operation.qualifications.values("qualification")
        readers = Person.objects.filter(qualifications__qualification__in=asked).order_by("username").distinct()
        for reader in readers:
            with open_door(person=reader, at=at):
                confirm_instruction(revision=revision, by=people[reader.username], at=at)
