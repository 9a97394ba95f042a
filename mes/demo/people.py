"""The people of the demo plant. Their secrets are printed on the badge sheet, so they protect nothing."""

from copy import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.hashers import get_hasher

from equipment.models import Site, SiteAccess
from mes.kernel.door import open_door
from mes.kernel.personnel.actions import qualifications
from mes.kernel.personnel.models import Person, Qualification
from mes.kernel.personnel.roles import Role

PASSWORD = "plantwright-demo"  # noqa: S105 - public on purpose

# code: name, what a grant rests on
QUALIFICATIONS = {
    "esd": ("ESD handling", "ESD course, walked the line with the trainer"),
    "assembly": ("Pump assembly", "Ten pumps under supervision, examined by I. Carvalho"),
    "torque": ("Torque tools", "Torque course; thirty screws on the test bench within limits"),
    "leak-test": ("Leak test", "Instruction LEAK-TEST; three leaks found out of three"),
    "label": ("UDI labels", "Label course; twenty labels without a mistake"),
    "turning": ("CNC turning", "Trade certificate; set up GS-24 under supervision"),
    "hobbing": ("Gear hobbing", "Maker's course; first lot measured without objection"),
    "heat-treatment": ("Heat treatment", "Furnace course, EN ISO 683-3; examined by A. Moreau"),
    "grinding": ("Cylindrical grinding", "Trade certificate; grinding wheel safety instruction"),
    "inspection": ("Gear inspection", "Gauge study passed: repeatability below 10 %"),
}


@dataclass(frozen=True)
class DemoPerson:
    """qualifications: code -> level. lapsed: codes of those that have expired; soon: of those that are about to."""

    username: str
    full_name: str
    role: Role
    badge: str | None = None
    pin: str = ""
    qualifications: dict[str, int] = field(default_factory=dict)
    lapsed: frozenset[str] = frozenset()
    soon: frozenset[str] = frozenset()


_ALL_ROUND = {"esd": 1, "assembly": 1, "torque": 2, "leak-test": 1, "label": 1}
_MACHINES = {"turning": 1, "hobbing": 1, "grinding": 1, "heat-treatment": 1, "inspection": 1}
_OP = Role.OPERATOR

PEOPLE = (
    DemoPerson("operator", "Amina Yusuf", _OP, "B-0451", "2580", _ALL_ROUND),
    DemoPerson("supervisor", "Ines Carvalho", Role.SUPERVISOR, "B-0410", "7391", _ALL_ROUND),
    DemoPerson("quality", "Mei-Ling Chen", Role.QUALITY, "B-0402", "6174"),
    DemoPerson("engineer", "Hiroshi Tanaka", Role.ENGINEER, "B-0407", "8128"),
    DemoPerson("planner", "Pavel Novák", Role.PLANNER, "B-0415", "3435"),
    DemoPerson("auditor", "Ruth Adler", Role.AUDITOR, "B-0499", "1729"),
    DemoPerson("administrator", "Omar Haddad", Role.ADMINISTRATOR, "B-0400", "4104"),
    DemoPerson("integration", "ERP interface", Role.INTEGRATION),
    DemoPerson("tomasz", "Tomasz Nowak", _OP, "B-0452", "1357", {"esd": 1, "assembly": 1, "torque": 1}),
    DemoPerson("luca", "Luca Ferrari", _OP, "B-0453", "2468", {"esd": 1, "assembly": 2}),
    DemoPerson("priya", "Priya Raghunathan", _OP, "B-0454", "9753", _ALL_ROUND),
    DemoPerson("sofia", "Sofia Lindqvist", _OP, "B-0455", "8642", {"assembly": 1, "label": 1}),
    DemoPerson("jonas", "Jonas Weber", _OP, "B-0456", "7531", {"assembly": 1, "torque": 2}, frozenset({"torque"})),
    DemoPerson("noor", "Noor Rahman", _OP, "B-0457", "3194", {"esd": 1, "label": 1}, soon=frozenset({"label"})),
    DemoPerson("greta", "Greta Hofmann", Role.SUPERVISOR, "B-0411", "5062", _MACHINES),
    DemoPerson("samuel", "Samuel Osei", Role.QUALITY, "B-0403", "9024", {"inspection": 2}),
    DemoPerson("ana", "Ana Moreau", Role.ENGINEER, "B-0408", "4471"),
    DemoPerson("marek", "Marek Dvořák", _OP, "B-0461", "1086", _MACHINES),
    DemoPerson("elena", "Elena Petrova", _OP, "B-0462", "2197", _MACHINES | {"inspection": 2}),
    DemoPerson("kofi", "Kofi Mensah", _OP, "B-0463", "3208", {"turning": 2, "hobbing": 1}),
    DemoPerson("yuki", "Yuki Sato", _OP, "B-0464", "4319", _MACHINES, soon=frozenset({"heat-treatment"})),
    DemoPerson("diego", "Diego Alvarez", _OP, "B-0465", "5420", _MACHINES),
    DemoPerson("hanna", "Hanna Virtanen", _OP, "B-0466", "6531", {"grinding": 1, "turning": 1}, frozenset({"turning"})),
    DemoPerson("igor", "Igor Kowalski", _OP, "B-0467", "7642", _MACHINES, soon=frozenset({"hobbing"})),
    DemoPerson("fatima", "Fatima El Amrani", _OP, "B-0468", "8753", _MACHINES),
)
GRANTED_DAYS_AGO = 730
LASTS_DAYS = {"lapsed": 725, "soon": 748, "": 1095}


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
    """The qualifications, and who has them: granted two years before `at`."""
    known = {code: Qualification.objects.create(code=code, name=name) for code, (name, _) in QUALIFICATIONS.items()}
    granted, by = at - timedelta(days=GRANTED_DAYS_AGO), people["administrator"]
    with open_door(person=by, at=granted, reason="First grants"):
        for one in PEOPLE:
            for code, level in one.qualifications.items():
                lasts = "lapsed" if code in one.lapsed else "soon" if code in one.soon else ""
                qualifications.grant(
                    person=people[one.username],
                    qualification=known[code],
                    level=level,
                    evidence=QUALIFICATIONS[code][1],
                    by=by,
                    at=granted,
                    expires_date=(granted + timedelta(days=LASTS_DAYS[lasts])).date(),
                )
    return known


def cheap_hash(secret: str) -> str:
    """A hash that the log-in accepts, made in few rounds: these secrets are public, and the demo starts in seconds."""
    hasher = copy(get_hasher())
    for rounds, few in (("iterations", 20_000), ("work_factor", 2**8)):
        if hasattr(hasher, rounds):
            setattr(hasher, rounds, few)
    return hasher.encode(secret, hasher.salt())
