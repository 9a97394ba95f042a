"""The people of the demo plant. Their secrets are printed on the badge sheet, so they protect nothing."""

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.hashers import get_hasher

from equipment.models import Site, SiteAccess
from mes.kernel.personnel.models import Person, PersonQualification, Qualification
from mes.kernel.personnel.roles import Role

PASSWORD = "plantwright-demo"  # noqa: S105 - public on purpose

QUALIFICATIONS = {
    "esd": "ESD handling",
    "assembly": "Pump assembly",
    "torque": "Torque tools",
    "leak-test": "Leak test",
    "label": "UDI labels",
}


@dataclass(frozen=True)
class DemoPerson:
    """qualifications: code -> level. lapsed: codes of those that have expired."""

    username: str
    full_name: str
    role: Role
    badge: str | None = None
    pin: str = ""
    qualifications: dict[str, int] = field(default_factory=dict)
    lapsed: frozenset[str] = frozenset()


_ALL_ROUND = {"esd": 1, "assembly": 1, "torque": 2, "leak-test": 1, "label": 1}

PEOPLE = (
    DemoPerson("operator", "Amina Yusuf", Role.OPERATOR, "B-0451", "2580", _ALL_ROUND),
    DemoPerson("supervisor", "Ines Carvalho", Role.SUPERVISOR, "B-0410", "7391", _ALL_ROUND),
    DemoPerson("quality", "Mei-Ling Chen", Role.QUALITY, "B-0402", "6174"),
    DemoPerson("engineer", "Hiroshi Tanaka", Role.ENGINEER, "B-0407", "8128"),
    DemoPerson("planner", "Pavel Novák", Role.PLANNER, "B-0415", "3435"),
    DemoPerson("auditor", "Ruth Adler", Role.AUDITOR, "B-0499", "1729"),
    DemoPerson("administrator", "Omar Haddad", Role.ADMINISTRATOR, "B-0400", "4104"),
    DemoPerson("integration", "ERP interface", Role.INTEGRATION),
    DemoPerson("tomasz", "Tomasz Nowak", Role.OPERATOR, "B-0452", "1357", {"esd": 1, "assembly": 1, "torque": 1}),
    DemoPerson("luca", "Luca Ferrari", Role.OPERATOR, "B-0453", "2468", {"esd": 1, "assembly": 2}),
    DemoPerson("priya", "Priya Raghunathan", Role.OPERATOR, "B-0454", "9753", _ALL_ROUND),
    DemoPerson("sofia", "Sofia Lindqvist", Role.OPERATOR, "B-0455", "8642", {"assembly": 1, "label": 1}),
    DemoPerson(
        "jonas", "Jonas Weber", Role.OPERATOR, "B-0456", "7531", {"assembly": 1, "torque": 2}, frozenset({"torque"})
    ),
)


def build_people() -> dict[str, Person]:
    """Everybody, by user name. Within an open door, as all of this."""
    shared = cheap_hash(PASSWORD)
    return {
        one.username: Person.objects.create(
            username=one.username,
            full_name=one.full_name,
            badge=one.badge,
            roles=[one.role],
            password=shared,
            pin=cheap_hash(one.pin) if one.pin else "",
        )
        for one in PEOPLE
    }


def build_access(people: dict[str, Person], site: Site) -> None:
    for person in people.values():
        SiteAccess.objects.create(person=person, site=site)


def build_qualifications(people: dict[str, Person], at: datetime) -> dict[str, Qualification]:
    """The qualifications, and who has them. They were granted two years before `at`, and last for three or lapsed."""
    known = {code: Qualification.objects.create(code=code, name=name) for code, name in QUALIFICATIONS.items()}
    granted = at - timedelta(days=730)
    for one in PEOPLE:
        for code, level in one.qualifications.items():
            lasts = timedelta(days=725 if code in one.lapsed else 1095)
            PersonQualification.objects.create(
                person=people[one.username],
                qualification=known[code],
                level=level,
                granted_at=granted,
                granted_by=people["administrator"],
                expires_date=(granted + lasts).date(),
            )
    return known


def cheap_hash(secret: str) -> str:
    """A hash that the log-in accepts, made in few rounds: these secrets are public, and the demo starts in seconds."""
    hasher = copy(get_hasher())
    for rounds, few in (("iterations", 20_000), ("work_factor", 2**8)):
        if hasattr(hasher, rounds):
            setattr(hasher, rounds, few)
    return hasher.encode(secret, hasher.salt())
