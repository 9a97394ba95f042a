"""The secrets of the demo plant's people. They are printed on the badge sheet, so they protect nothing."""

from copy import copy

from django.contrib.auth.hashers import get_hasher

from mes.kernel.personnel.models import Person

PASSWORD = "plantwright-demo"  # noqa: S105 - public on purpose

MACHINES = "machines"
# By user name.
PINS = {
    "operator": "2580",
    "supervisor": "7391",
    "quality": "6174",
    "engineer": "8128",
    "planner": "3435",
    "auditor": "1729",
    "administrator": "4104",
    "integration": "",  # a program
    MACHINES: "",  # books what they did
    "tomasz": "1357",
    "luca": "2468",
    "priya": "9753",
    "sofia": "8642",
    "jonas": "7531",
    "noor": "3194",
    "greta": "5062",
    "samuel": "9024",
    "ana": "4471",
    "marek": "1086",
    "elena": "2197",
    "kofi": "3208",
    "yuki": "4319",
    "diego": "5420",
    "hanna": "6531",
    "igor": "7642",
    "fatima": "8753",
}


def give_secrets() -> list[Person]:
    """The password for everybody, and their PINs. Within an open door."""
    shared, people = cheap_hash(PASSWORD), list(Person.objects.order_by("username"))
    for person in people:
        person.password = shared
        pin = PINS[person.username]
        person.pin = cheap_hash(pin) if pin else ""
        person.save(update_fields=["password", "pin"])
    return people


def cheap_hash(secret: str) -> str:
    """A hash that the log-in accepts, made in few rounds: these secrets are public, and the demo starts in seconds."""
    hasher = copy(get_hasher())
    for rounds, few in (("iterations", 20_000), ("work_factor", 2**8)):
        if hasattr(hasher, rounds):
            setattr(hasher, rounds, few)
    return hasher.encode(secret, hasher.salt())
