"""A small plant as plant files, with every kind of thing in it; written as the export writes it."""

from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.kernel.personnel.roles import Role
from mes.plantfiles.actions.plant import PlantImport, import_plant

PICTURE = b"\x89PNG\r\n\x1a\n picture"

_TEXTS = {
    "plant.yaml": "format: 1\n",
    "enterprises/ACME.yaml": "code: ACME\nname: Acme Pumps\n",
    "sites/NF.yaml": "code: NF\nname: Northfield\nenterprise: ACME\ntime_zone: Europe/Vienna\n",
    "areas/NF/ASSY.yaml": "site: NF\ncode: ASSY\nname: Assembly\n",
    "calendars/NF/two-shift.yaml": """site: NF
code: two-shift
name: Two shifts
shifts:
  - code: EARLY
    name: Early
    weekdays: [mon, tue, wed, thu, fri]
    begins: 06:00
    ends: 14:00
    breaks:
      - begins: 10:00
        ends: 10:30
        name: Lunch
  - code: LATE
    name: Late
    weekdays: [mon, tue]
    begins: 14:00
    ends: 22:00
    valid_from: 2026-01-01
exceptions:
  - date: 2030-12-25
    kind: CLOSED
    name: Christmas
  - date: 2030-12-27
    kind: OVERTIME
    work_center: LINE-1
    begins: 23:00
    ends: 23:30
    name: Stock-taking
""",
    "work-centers/NF/LINE-1.yaml": "site: NF\ncode: LINE-1\nname: Pump line\narea: ASSY\ncalendar: two-shift\n",
    "station-classes/BENCH.yaml": "code: BENCH\nname: Bench\n",
    "stations/NF/ST-10.yaml": """site: NF
code: ST-10
name: Bench 1
work_center: LINE-1
station_class: BENCH
idle_lock_s: 300
clearance_items:
  - text: The bench is empty
  - text: "Labels: none are left"
""",
    "asset-classes/torque-wrench.yaml": """code: torque-wrench
name: Torque wrench
kind: GAUGE
calibration_interval_days: 365
life_hours: 1000.5
""",
    "assets/NF/TW-01.yaml": "site: NF\ncode: TW-01\nname: Wrench 1\nasset_class: torque-wrench\nstation: ST-10\n",
    "reasons/NF/ASSY/SCRAP/1.yaml": """site: NF
area: ASSY
kind: SCRAP
number: 1
status: OBSOLETE
released_by: mei
reasons: DIM Dimension
""",
    "reasons/NF/ASSY/SCRAP/2.yaml": """site: NF
area: ASSY
kind: SCRAP
number: 2
status: RELEASED
released_by: mei
reasons: |-
  DIM Dimension
    DIM-OD Outside diameter
  VIS Visible
""",
    "reasons/NF/HOLD/1.yaml": "site: NF\nkind: HOLD\nnumber: 1\nreasons: QA Quality asks\n",
    "qualifications/torque.yaml": "code: torque\nname: Torque tools\n",
    "people/amina.yaml": """username: amina
full_name: Amina Yusuf
badge: B-1
roles: [operator]
sites: [NF]
qualifications:
  - qualification: torque
    level: 2
    expires_date: 2020-01-31
    evidence: Course of 12 May
""",
    "people/hiroshi.yaml": "username: hiroshi\nfull_name: Hiroshi Tanaka\nroles: [engineer]\nsites: [NF]\n",
    "people/mei.yaml": "username: mei\nfull_name: Mei Chen\nroles: [quality]\nsites: [NF]\n",
    "people/omar.yaml": "username: omar\nfull_name: Omar Haddad\nroles: [administrator]\nsites: [NF]\n",
    "people/zoe.yaml": "username: zoe\nfull_name: Zoë Left\nis_active: no\n",
    "people/press.yaml": "username: press\nfull_name: Press line\nroles: [integration]\nsites: [NF]\n",
    "security-profiles/NF/plain.yaml": """site: NF
code: plain
name: User and password, nothing else
policy: None
mode: None
trusted: |
  -----BEGIN CERTIFICATE-----
  MIIB
  -----END CERTIFICATE-----
user_name: mes
""",
    "connections/NF/OVEN.yaml": """site: NF
code: OVEN
name: Oven
kind: OPCUA
address: "opc.tcp://oven:4840/"
security: plain
is_paused: yes
tags:
  - code: state
    station: ST-10
    address: "nsu=http://example.com/oven;s=State"
    value_type: INT32
  - code: temperature
    address: "nsu=http://example.com/oven;s=Temperature"
    value_type: FLOAT64
    quantity_unit: "°C"
    low: "-20"
    high: 1200.5
    report: DEADBAND
    deadband: 0.1
    max_silence_s: 0
    is_active: no
states:
  - station: ST-10
    preset: MACHINERY
    tag: state
  - station: ST-10
    state: DOWN
    detail: Too hot
    terms:
      - tag: state
        comparison: NE
        value: 0
      - tag: temperature
        comparison: GT
        value: 1000.25
""",
    "connections/NF/PRESS.yaml": """site: NF
code: PRESS
name: Press
kind: MODBUS
address: "press:502"
device_id: 2
period_ms: 250
timeout_ms: 500
byte_order: CDAB
account: press
tags:
  - code: cycle
    station: ST-10
    address: "holding:100"
    value_type: UINT16
    role: EVENT
    books: PART_DONE
    acknowledge_address: "holding:120"
  - code: finding
    address: "holding:112"
    value_type: UINT16
    event: cycle
    field: defect
    defect_codes: 1=M-LEAK, 2=M-NOISE, 9=
  - code: force
    station: ST-10
    address: "holding:110"
    value_type: FLOAT32
    byte_order: DCBA
    quantity_unit: kN
    event: cycle
    field: "step:FORCE.2"
  - code: scrap
    station: ST-10
    address: "holding:8"
    value_type: UINT32
    role: COUNTER
    books: PART_SCRAPPED
    scrap_reason: DIM-OD
    defect: M-LEAK
    rollover: 65536
    reset_below: 10
    most_per_minute: 90
  - code: serial
    name: Serial number
    address: "holding:101"
    value_type: TEXT
    length: 12
    event: cycle
    field: serial
  - code: setpoint
    address: "holding:200.3"
    value_type: BOOL
    is_writable: yes
    write_low: 0
    write_high: 1
    needs_signature: yes
""",
    "suppliers/BOLT.yaml": "code: BOLT\nname: Bolts & Co\n".replace("Bolts & Co", '"Bolts & Co"'),
    "instructions/tighten.yaml": """code: tighten
name: Tighten the cover
revisions:
  - number: 1
    status: RELEASED
    approved_by: hiroshi
    released_by: mei
    body: instructions/tighten/1.md
    files:
      - name: cover
        file: instructions/tighten/1/cover.png
        caption: The cover
""",
    "instructions/tighten/1.md": "# Tighten\r\n\nAs shown: ![cover](cover)\n",
    "products/BOARD.yaml": """code: BOARD
name: Main board
revisions:
  - code: B
    status: RELEASED
    approved_by: hiroshi
    released_by: mei
""",
    "products/M3X8.yaml": "code: M3X8\nname: Screw M3 × 8\ntracking: LOT\nshelf_life_days: 720\nis_quarantined: yes\n",
    "products/M3X8-A2.yaml": "code: M3X8-A2\nname: Screw M3 × 8, A2\ntracking: LOT\n",
    "products/PUMP.yaml": """code: PUMP
name: Pump
description: |-
  A pump
    for tests
serial_pattern: "PU-{number:06}"
revisions:
  - code: A
    status: OBSOLETE
    approved_by: hiroshi
    released_by: mei
    effective_from: 2026-01-01
    effective_to: 2026-12-31
  - code: B
    status: RELEASED
    approved_by: hiroshi
    released_by: mei
    bom_lines:
      - operation_code: 10
        component: BOARD
        component_revision: B
        quantity: 1
        reference_designators: A1
      - operation_code: 20
        component: M3X8
        quantity: 6
        basis: PER_RUN
        trace_level: LOT
        substitutes:
          - product: M3X8-A2
            factor: 1.5
            valid_from: 2026-01-01
  - code: C
    bom_lines:
      - operation_code: 10
        component: BOARD
        quantity: 0.25
        trace_level: NONE
""",
    "routings/NF/PUMP.yaml": """site: NF
product: PUMP
name: Pump assembly
revisions:
  - number: 1
    status: APPROVED
    approved_by: hiroshi
    operations:
      - code: 10
        name: Board
        station_class: BENCH
        steps:
          - code: BOARD
            kind: SCAN
            name: Board
            component: BOARD
          - code: COLOUR
            kind: LIST
            name: Colour
            choices: [red, dark blue]
          - code: WHY
            position: 9
            kind: TEXT
            name: Why
            is_required: no
            condition_step: COLOUR
            condition_comparison: IS
            condition_value: red
      - code: 20
        name: Tighten
        station_class: BENCH
        setup_time_s: 60
        run_time_s: 90
        signature_meaning: PERFORMED
        max_attempts: 2
        needs_line_clearance: yes
        instruction: tighten
        must_confirm_instruction: yes
        setup_family: M3
        hold_after_failures: 3
        hold_below_yield: 90
        copied_from: Standard/work/1/T1
        qualifications:
          - qualification: torque
            minimum_level: 2
        assets:
          - asset_class: torque-wrench
            cycles_per_piece: 6
        setpoints:
          - tag: PROGRAM
            value: M3-12
          - tag: SPEED
            value: 450
            tolerance: 2.5
        steps:
          - code: TORQUE
            kind: NUMBER
            name: Torque
            instruction: |
              Tighten all.
              Crosswise.
            picture: routings/NF/PUMP/1/20/TORQUE.png
            samples: 6
            quantity_unit: N·m
            lower: 1.1
            target: 1.2
            upper: 1.3
            decimals: 2
            needs_witness: yes
    edges:
      - before: 10
        after: 20
        transfer_quantity: 5
        minimum_time_s: 60
        maximum_time_s: 3600
        holds_when_late: yes
""",
    "routings/NF/PUMP/Repair.yaml": """site: NF
product: PUMP
name: Repair
is_rework: yes
revisions:
  - number: 1
    operations:
      - code: R1
        name: Strip
        station_class: BENCH
""",
    "routings/NF/standard/Standard%2Fwork.yaml": """site: NF
name: Standard/work
revisions:
  - number: 1
    status: RELEASED
    approved_by: hiroshi
    released_by: mei
    operations:
      - code: T1
        name: Tighten
        station_class: BENCH
        steps:
          - code: TORQUE
            kind: NUMBER
            name: Torque
            upper: 1.3
""",
}

FILES: dict[str, bytes] = {name: text.encode() for name, text in _TEXTS.items()} | {
    "instructions/tighten/1/cover.png": PICTURE,
    "routings/NF/PUMP/1/20/TORQUE.png": PICTURE,
}


def changed(file: str, old: str, new: str, files: dict[str, bytes] = FILES) -> dict[str, bytes]:
    """The files with a piece of one replaced."""
    text = files[file].decode()
    assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {file}"
    return files | {file: text.replace(old, new).encode()}


def first_people() -> Person:
    """Those who have to be there before anything: who imports, and who signs."""
    with open_door(person=None):
        for name, role in [("hiroshi", Role.ENGINEER), ("mei", Role.QUALITY)]:
            Person.objects.create(username=name, full_name=name, roles=[role])
        return Person.objects.create(username="omar", full_name="omar", roles=[Role.ADMINISTRATOR])


def take(files: dict[str, bytes], *signers: str, by: str = "omar", **more: bool) -> PlantImport:
    """Import the files, signed by these people."""
    person = Person.objects.get(username=by)
    who = {name: Person.objects.get(username=name) for name in signers}
    with open_door(person=person, reason="plant files") as passage:
        return import_plant(
            files=files,
            signers=who,
            is_trusted=more.get("is_trusted", True),
            is_rehearsal=more.get("is_rehearsal", False),
            by=person,
            at=passage.at,
        )
