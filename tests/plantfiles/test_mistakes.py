"""Every mistake in plant files is named with file and line, all in one go, and nothing is applied."""

import pytest

from mes.kernel.documents import FilesWrong
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.policies import RoleMissing
from orders.models import Product
from tests.plantfiles.folder import FILES, changed, first_people, take


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


def mistakes(files, *signers, **more):
    with pytest.raises(FilesWrong) as refused:
        take(files, *signers, **more)
    return {(error.where, error.what) for error in refused.value.errors}


ONE_BY_ONE = [
    (
        "sites/NF.yaml",
        "time_zone: Europe/Vienna",
        "time_zone: Europe/Wien",
        "sites/NF.yaml:4",
        "time_zone: Europe/Wien is not",
    ),
    ("sites/NF.yaml", "name: Northfield", "title: Northfield", "sites/NF.yaml:2", "There is no title here."),
    ("sites/NF.yaml", "name: Northfield\n", "", "sites/NF.yaml:1", "name is missing."),
    (
        "sites/NF.yaml",
        "enterprise: ACME",
        "enterprise: ACNE",
        "sites/NF.yaml:3",
        "enterprise: there is no enterprise ACNE.",
    ),
    ("sites/NF.yaml", "name: Northfield", "name: [a, b]", "sites/NF.yaml:2", "name is one value."),
    ("sites/NF.yaml", "name: Northfield", "name: Northfield\nname: South", "sites/NF.yaml:3", "name is there twice."),
    ("sites/NF.yaml", "name: Northfield", "name: " + "x" * 81, "sites/NF.yaml:2", "Ensure this value has at most 80"),
    ("plant.yaml", "format: 1", "format: 2", "plant.yaml:1", "It has another format."),
    (
        "stations/NF/ST-10.yaml",
        "idle_lock_s: 300",
        "idle_lock_s: 5",
        "stations/NF/ST-10.yaml:6",
        "greater than or equal to 30",
    ),
    ("stations/NF/ST-10.yaml", "idle_lock_s: 300", "idle_lock_s: soon", "stations/NF/ST-10.yaml:6", "can't be “soon”"),
    (
        "stations/NF/ST-10.yaml",
        "work_center: LINE-1",
        "work_center: LINE-2",
        "stations/NF/ST-10.yaml:4",
        "no work center LINE-2 at NF",
    ),
    (
        "calendars/NF/two-shift.yaml",
        "weekdays: [mon, tue]",
        "weekdays: [mon, die]",
        "calendars/NF/two-shift.yaml:16",
        "die is no day.",
    ),
    ("calendars/NF/two-shift.yaml", "begins: 14:00", "begins: 13:00", "calendars/NF/two-shift.yaml:1", "begins while"),
    ("calendars/NF/two-shift.yaml", "    begins: 23:00\n", "", "calendars/NF/two-shift.yaml:25", "from when to when"),
    (
        "reasons/NF/ASSY/SCRAP/2.yaml",
        "    DIM-OD",
        "      DIM-OD",
        "reasons/NF/ASSY/SCRAP/2.yaml:9",
        "indented too far",
    ),
    (
        "reasons/NF/ASSY/SCRAP/1.yaml",
        "status: OBSOLETE",
        "status: RELEASED",
        "reasons/NF/ASSY/SCRAP/2.yaml:3",
        "Another tree",
    ),
    (
        "people/mei.yaml",
        "full_name: Mei Chen",
        "full_name: Mei Chen\nbadge: B-1",
        "people/mei.yaml:3",
        "badge B-1 is taken.",
    ),
    (
        "people/mei.yaml",
        "roles: [quality]",
        "roles: [king]",
        "people/mei.yaml:3",
        "roles: Value 'king' is not a valid choice.",
    ),
    ("people/mei.yaml", "roles: [quality]", "password: secret", "people/mei.yaml:3", "There is no password here."),
    ("products/PUMP.yaml", "PU-{number:06}", "PU-number", "products/PUMP.yaml:6", "around {number}"),
    ("products/PUMP.yaml", "quantity: 6\n", "quantity: 0\n", "products/PUMP.yaml:26", "quantity is more than 0"),
    ("products/PUMP.yaml", "quantity: 6\n", "quantity: six\n", "products/PUMP.yaml:26", "is not a number"),
    ("products/PUMP.yaml", "component: M3X8\n", "component: M3X9\n", "products/PUMP.yaml:25", "no product M3X9."),
    (
        "products/PUMP.yaml",
        "component_revision: B",
        "component_revision: Z",
        "products/PUMP.yaml:21",
        "no product revision Z",
    ),
    (
        "products/PUMP.yaml",
        "    released_by: mei\n    bom_lines",
        "    bom_lines",
        "products/PUMP.yaml:14",
        "released_by is missing.",
    ),
    (
        "products/PUMP.yaml",
        "approved_by: hiroshi\n    released_by: mei\n    bom_lines",
        "approved_by: mei\n    released_by: mei\n    bom_lines",
        "products/PUMP.yaml:16",
        "Who approved a draft does not release it",
    ),
    ("routings/NF/PUMP.yaml", "after: 20", "after: 30", "routings/NF/PUMP.yaml:72", "there is no operation 30"),
    ("routings/NF/PUMP.yaml", "after: 20", "after: 10", "routings/NF/PUMP.yaml:71", "can't wait for itself"),
    ("routings/NF/PUMP.yaml", "code: COLOUR", "code: BOARD", "routings/NF/PUMP.yaml:17", "is there twice"),
    ("routings/NF/PUMP.yaml", "position: 9", "position: 1", "routings/NF/PUMP.yaml:22", "has this position"),
    ("routings/NF/PUMP.yaml", "lower: 1.1\n", "lower: 2\n", "routings/NF/PUMP.yaml:65", "lower limit is not above"),
    ("routings/NF/PUMP.yaml", "1/20/TORQUE.png", "1/20/GONE.png", "routings/NF/PUMP.yaml:62", "There is no file"),
    (
        "routings/NF/PUMP.yaml",
        "/work/1/T1",
        "/work/1/T9",
        "routings/NF/PUMP.yaml:42",
        "no operation Standard/work/1/T9",
    ),
    ("instructions/tighten.yaml", "tighten/1/cover.png", "tighten/1.md", "instructions/tighten.yaml:11", "is none of"),
    ("connections/NF/PRESS.yaml", "kind: MODBUS", "kind: PROFINET", "connections/NF/PRESS.yaml:4", "valid choice"),
    (
        "connections/NF/PRESS.yaml",
        "press:502",
        "http://169.254.169.254/",
        "connections/NF/PRESS.yaml:5",
        "is no address of a machine: write host:port.",
    ),
    (
        "connections/NF/OVEN.yaml",
        "opc.tcp://oven:4840/",
        "oven:4840",
        "connections/NF/OVEN.yaml:5",
        "is no address of an OPC UA server",
    ),
    (
        "connections/NF/PRESS.yaml",
        "write_high: 1",
        "write_high: -1",
        "connections/NF/PRESS.yaml:55",
        "The lower bound of what may be written is above the upper one.",
    ),
    ("connections/NF/PRESS.yaml", "period_ms: 250", "period_ms: 5", "connections/NF/PRESS.yaml:7", "equal to 20"),
    ("connections/NF/PRESS.yaml", "account: press", "account: pres", "connections/NF/PRESS.yaml:10", "no person pres."),
    ("connections/NF/PRESS.yaml", "account: press", "password: x", "connections/NF/PRESS.yaml:10", "no password here"),
    (
        "connections/NF/PRESS.yaml",
        "account: press",
        "account: press\nsecurity: plain",
        "connections/NF/PRESS.yaml:4",
        "Modbus TCP knows no security profile",
    ),
    (
        "connections/NF/PRESS.yaml",
        'address: "holding:110"',
        'address: "h:110"',
        "connections/NF/PRESS.yaml:27",
        "is no Modbus address",
    ),
    (
        "connections/NF/PRESS.yaml",
        '    acknowledge_address: "holding:120"\n',
        "",
        "connections/NF/PRESS.yaml:16",
        "An event names the address",
    ),
    (
        "connections/NF/PRESS.yaml",
        "event: cycle\n    field: serial",
        "event: scrap\n    field: serial",
        "connections/NF/PRESS.yaml:49",
        "scrap is no event",
    ),
    (
        "connections/NF/PRESS.yaml",
        "event: cycle\n    field: serial",
        "event: state\n    field: serial",
        "connections/NF/PRESS.yaml:49",
        "event: there is no tag state.",
    ),
    ("connections/NF/PRESS.yaml", "code: force", "code: cycle", "connections/NF/PRESS.yaml:25", "is there twice"),
    (
        "connections/NF/PRESS.yaml",
        "code: force",
        "code: state",
        "connections/NF/PRESS.yaml:25",
        "station has a tag of this",
    ),
    ("connections/NF/OVEN.yaml", 'low: "-20"', "low: 2000", "connections/NF/OVEN.yaml:17", "low end of the range"),
    ("connections/NF/OVEN.yaml", "deadband: 0.1", "deadband: nan", "connections/NF/OVEN.yaml:20", "can't be “nan”"),
    ("connections/NF/OVEN.yaml", "- tag: state", "- tag: stat", "connections/NF/OVEN.yaml:31", "there is no tag stat."),
    (
        "connections/NF/OVEN.yaml",
        "preset: MACHINERY",
        "preset: PAKML",
        "connections/NF/OVEN.yaml:25",
        "no preset PAKML.",
    ),
    (
        "connections/NF/OVEN.yaml",
        "preset: MACHINERY\n    tag: state",
        "preset: MACHINERY\n    state: IDLE",
        "connections/NF/OVEN.yaml:26",
        "There is no state here.",
    ),
    (
        "security-profiles/NF/plain.yaml",
        "mode: None",
        "mode: Sign",
        "security-profiles/NF/plain.yaml:4",
        "A policy needs a mode",
    ),
    ("suppliers/BOLT.yaml", "code: BOLT", "code: *x", "suppliers/BOLT.yaml:1", "Anchors and aliases"),
    ("suppliers/BOLT.yaml", "code: BOLT", "code: [BOLT", "suppliers/BOLT.yaml:2", "It is no YAML"),
]


@pytest.mark.parametrize(("file", "old", "new", "where", "what"), ONE_BY_ONE, ids=lambda value: str(value)[:30])
def test_a_mistake_is_named_where_it_is(plant_people, file, old, new, where, what):
    found = mistakes(changed(file, old, new))
    assert [said for at, said in found if at == where and what in said], found
    assert not Product.objects.filter(code="PUMP").exists()


@pytest.fixture
def plant_people(db):
    """People to import, in a database that has a plant of its own beside."""
    return Person.objects.get(username="omar")


def test_who_books_for_machines_is_an_account_of_the_site(plant_people):
    said = "Press line can't book here: it takes the role Integration, and access to the site."
    for old, new in [
        ("roles: [integration]", "roles: [operator]"),
        ("sites: [NF]\n", ""),
        ("roles", "is_active: no\nroles"),
    ]:
        assert mistakes(changed("people/press.yaml", old, new)) == {
            ("connections/NF/PRESS.yaml:10", f"account: {said}")
        }


def test_a_stations_state_comes_from_one_connection(plant_people):
    more = b"states:\n  - station: ST-10\n    state: IDLE\n"
    name = "connections/NF/PRESS.yaml"
    line = FILES[name].count(b"\n") + 2
    said = "The station's state is told by another connection already."
    assert (f"{name}:{line}", said) in mistakes(FILES | {name: FILES[name] + more})


def test_all_mistakes_come_at_once(plant_people):
    files = FILES
    for file, old, new, _, _ in ONE_BY_ONE[:1] + ONE_BY_ONE[8:9] + ONE_BY_ONE[11:12] + ONE_BY_ONE[20:21]:
        files = changed(file, old, new, files)
    assert len({where.partition(":")[0] for where, _ in mistakes(files)}) == 4


def test_what_is_no_folder_of_plant_files_is_refused(plant_people):
    assert ("plant.yaml", "It is missing") in {(where.partition(":")[0], what[:13]) for where, what in mistakes({})}
    strange = {
        "plant.yaml": b"format: 1\n",
        "machines/x.yaml": b"code: 1\n",
        "sites/x.yaml": b"\xff",
        "README.md": b"x",
    }
    assert {where for where, _ in mistakes(strange)} == {"machines/x.yaml:1", "sites/x.yaml:1"}


@pytest.mark.parametrize("bomb", ["[" * 300_000, "a: " * 90, "- " * 100_000, "a: &a [b]\nc: [*a, *a]"])
def test_yaml_that_is_a_bomb_is_refused(plant_people, bomb):
    assert mistakes({"plant.yaml": b"format: 1\n", "sites/x.yaml": bomb.encode()})


def test_what_is_released_is_frozen(committed_database):
    first_people()
    take(FILES, "hiroshi", "mei")
    files = changed("products/PUMP.yaml", "quantity: 6\n", "quantity: 7\n")
    files = changed("products/PUMP.yaml", "factor: 1.5", "factor: 2", files)
    files = changed("routings/NF/PUMP.yaml", "run_time_s: 90", "run_time_s: 91", files)
    files = changed("reasons/NF/ASSY/SCRAP/2.yaml", "VIS Visible", "VIS Seen", files)
    files = changed("instructions/tighten/1.md", "As shown", "As said", files)
    found = dict(mistakes(files))
    assert set(found) == {
        "products/PUMP.yaml:26",
        "products/PUMP.yaml:31",
        "routings/NF/PUMP.yaml:33",
        "reasons/NF/ASSY/SCRAP/2.yaml:7",
        "instructions/tighten.yaml:8",
    }
    assert (
        found["products/PUMP.yaml:26"]
        == "Product revision PUMP B is frozen here: quantity of BOM line 20 M3X8 differs."
    )
    back = changed("products/BOARD.yaml", "status: RELEASED", "status: DRAFT")
    assert {where for where, _ in mistakes(back)} == {"products/BOARD.yaml:5"}
    # A line less, and a line more.
    less = changed(
        "routings/NF/PUMP.yaml",
        "        assets:\n          - asset_class: torque-wrench\n            cycles_per_piece: 6\n",
        "",
    )
    assert {where for where, _ in mistakes(less)} == {"routings/NF/PUMP.yaml:29"}
    # A new revision is the way, and the end of effectivity may be set by who may release.
    more = FILES["products/BOARD.yaml"] + b"  - code: C\n"
    take(FILES | {"products/BOARD.yaml": more})


def test_rights_are_those_of_the_pages_unless_it_is_the_server_itself(committed_plant):
    with pytest.raises(RoleMissing):
        take(FILES, by="amina")
    # An engineer with the right to import makes nobody an administrator.
    king = {
        "plant.yaml": b"format: 1\n",
        "people/amina.yaml": b"username: amina\nfull_name: A\nroles: [administrator]\n",
    }
    said = mistakes(king, by="hiroshi", is_trusted=False)
    assert any("people.edit" in what for _, what in said)
    assert any("qualifications.grant" in what for _, what in said)  # she would lose one, too
    south = {"plant.yaml": b"format: 1\n", "areas/SF/A.yaml": b"site: SF\ncode: A\nname: A\n"}
    assert {what for _, what in mistakes(south, by="hiroshi", is_trusted=False)} == {
        "Hiroshi Tanaka has no access to the site SF."
    }


def test_nobody_grants_their_own_qualification(committed_plant):
    own = b"username: omar\nfull_name: Omar Haddad\nbadge: B-0458\nroles: [administrator]\nsites: [NF]\n"
    own += b"qualifications:\n  - qualification: torque\n"
    assert mistakes({"plant.yaml": b"format: 1\n", "people/omar.yaml": own}) == {
        ("people/omar.yaml:7", "Nobody grants or withdraws their own qualifications.")
    }
