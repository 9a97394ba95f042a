"""Strategies for files of a site: its places and calendars, tools, reasons and people, and instructions.

The same codes are drawn again and again, so that a second folder changes what the first one made.
"""

from datetime import time, timedelta

from hypothesis import strategies as st

from equipment.status import AssetKind, DispatchRule, ReasonKind
from mes.kernel.personnel.roles import Role
from mes.kernel.yaml_writing import document
from tests.plantfiles.made_up import ANY, days, long_texts, slugs, some, words, yes_no

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
ZONES = ["UTC", "Europe/Vienna", "America/St_Johns", "Pacific/Apia"]
SITES, AREAS, CENTERS, STATIONS = ["N", "n", "S-1"], ["A", "a", "B_2"], ["L1", "l1", "L2"], ["ST-1", "st-1", "ST-2"]
FIXED = {"hiroshi": ["engineer"], "mei": ["quality"], "omar": ["administrator"]}
SIGNERS = ["hiroshi", "mei"]
PRINTED = st.characters(exclude_categories=["C", "Z"], include_characters=" ")
KINDS_OF_ASSET = st.sampled_from(["wrench", "jig"])
names = st.sampled_from(["X", "null", "a: b"]) | st.text(ANY, min_size=1, max_size=5).filter(str.strip)
rules = st.sampled_from(DispatchRule.values)


@st.composite
def places(draw):
    """Sites with their areas, calendars, work centers, stations, containers and tools."""
    enterprises = draw(some(st.sampled_from(["ACME", "acme"]), 2))
    files = {f"enterprises/{code}.yaml": {"code": code, "name": draw(names)} for code in enterprises}
    for code in ("BENCH", "bench"):
        files[f"station-classes/{code}.yaml"] = {"code": code, "name": draw(names)}
    for code in ("wrench", "jig"):
        files[f"asset-classes/{code}.yaml"] = draw(asset_classes(code))
    for code in draw(some(slugs, 2)):
        files[f"suppliers/{code}.yaml"] = {"code": code, "name": draw(names), "is_active": draw(yes_no)}
    for code in draw(some(st.sampled_from(SITES), 2, min_size=1)):
        site = {"code": code, "name": draw(names), "time_zone": draw(st.sampled_from(ZONES))}
        if enterprises:
            site["enterprise"] = draw(st.sampled_from(enterprises))
        files[f"sites/{code}.yaml"] = site
        files |= draw(lines_of(code))
    return folder(files)


@st.composite
def lines_of(draw, site):
    """Areas, calendars, work centers, and what stands at them, of one site."""
    files = {}
    areas = draw(some(st.sampled_from(AREAS), 2))
    for code in areas:
        files[f"areas/{site}/{code}.yaml"] = {"site": site, "code": code, "name": draw(names)}
    centers = draw(some(st.sampled_from(CENTERS), 2))
    calendars = draw(some(st.sampled_from(["two-shift", "nights"]), 2))
    keeps = {}
    for code in centers:
        made = {"site": site, "code": code, "name": draw(names), "dispatch_rule": draw(rules)}
        if areas:
            made["area"] = draw(st.sampled_from(areas))
        if calendars:
            keeps[code] = made["calendar"] = draw(st.sampled_from(calendars))
        files[f"work-centers/{site}/{code}.yaml"] = made
    for code in calendars:
        own = [center for center, kept in keeps.items() if kept == code]
        files[f"calendars/{site}/{code}.yaml"] = {"site": site, "code": code, "name": draw(names)} | draw(hours(own))
    stations = draw(some(st.sampled_from(STATIONS), 2)) if centers else []
    for code in stations:
        made = {"site": site, "code": code, "name": draw(names), "work_center": draw(st.sampled_from(centers))}
        files[f"stations/{site}/{code}.yaml"] = made | draw(station_details())
    for code in draw(some(words, 2)):
        made = {"site": site, "code": f"{site} {code}", "kind": draw(long_texts), "is_active": draw(yes_no)}
        files[f"containers/{site}/{code!r}.yaml"] = made | draw(at_one_of(stations))
    for code in draw(some(st.sampled_from(["TW-01", "tw-01", "*"]), 2)):
        made = {
            "site": site,
            "code": code,
            "name": draw(names),
            "asset_class": draw(st.sampled_from(["wrench", "jig"])),
        }
        made |= {"serial_number": draw(long_texts), "is_active": draw(yes_no)}
        files[f"assets/{site}/{code}.yaml"] = made | draw(at_one_of(stations))
    return files


def folder(files):
    """Plant files as bytes."""
    written = {name: text if isinstance(text, bytes) else document(text).encode() for name, text in files.items()}
    return {"plant.yaml": b"format: 1\n", **written}


def at_one_of(stations):
    return st.sampled_from([{}, *({"station": code} for code in stations)])


@st.composite
def station_details(draw):
    made = {"station_class": draw(st.sampled_from(["BENCH", "bench"])), "is_active": draw(yes_no)}
    made["idle_lock_s"] = f"{draw(st.integers(30, 86_400))}"
    made |= draw(st.sampled_from([{}, {"interlock": "PERMISSION", "permission_tag": "run"}]))
    made["clearance_items"] = [
        {"text": text, "is_active": is_active} for text, is_active in draw(some(st.tuples(words, yes_no)))
    ]
    if draw(st.booleans()):  # two that change places
        for item, place in zip(made["clearance_items"], draw(st.permutations(range(1, 4))), strict=False):
            item["position"] = f"{place}"
    return made


@st.composite
def asset_classes(draw, code):
    made = {"code": code, "name": draw(names), "kind": f"{draw(st.sampled_from(AssetKind))}"}
    if draw(st.booleans()):
        made["calibration_interval_days"] = f"{draw(st.integers(0, 10_000))}"
        made["life_cycles"] = f"{draw(st.integers(0, 2**31 - 1))}"
        made["life_hours"] = f"{draw(st.decimals(0, 99_999_999, places=2)):f}"
    return made


@st.composite
def hours(draw, centers):
    """Shifts and different days that don't overlap: each has one of the parts that a turn of the clock is cut into."""
    cuts = sorted(draw(some(st.integers(0, 86_399), 5, min_size=1)))
    parts = list(zip(cuts, [*cuts[1:], cuts[0]], strict=True))  # the last one goes past midnight
    extra = parts.pop() if len(parts) > 2 else None
    shifts = []
    for number, part in enumerate(draw(some(st.sampled_from(parts)))):
        shift = {"code": f"S{number}", "name": draw(names), **from_to(part)}
        shift["weekdays"] = draw(some(st.sampled_from(WEEKDAYS), 7, min_size=1))
        shift |= draw(st.sampled_from([{}, {"valid_from": "1999-01-01"}, {"valid_to": "9999-12-31"}]))
        shift["breaks"] = draw(breaks(part))
        shifts.append(shift)
    different = []
    for day in draw(some(days, 4)):
        kind = draw(st.sampled_from(["CLOSED", "HOURS", *(["OVERTIME"] if extra else [])]))
        one = {"date": day, "kind": kind, "name": draw(names)} | draw(
            st.sampled_from([{}, *({"work_center": center} for center in centers)])
        )
        if kind == "CLOSED":
            different.append(one)
        elif kind == "OVERTIME":
            different.append(one | from_to(extra))
        else:
            different += [one | from_to(part) for part in draw(some(st.sampled_from(parts), min_size=1))]
    return {"shifts": shifts, "exceptions": different}


@st.composite
def breaks(draw, part):
    begins, ends = part
    length = (ends - begins) % 86_400 or 86_400
    cuts = sorted(draw(some(st.integers(0, length), 4)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [
        from_to((begins + first, begins + last)) | draw(st.sampled_from([{}, {"name": "Lunch: soup"}]))
        for first, last in pairs
        if (last - first) % 86_400
    ]


def from_to(part):
    """From when to when, each in whole seconds since midnight."""
    return dict(zip(("begins", "ends"), (shown_time(seconds) for seconds in part), strict=True))


def shown_time(seconds):
    at = timedelta(seconds=seconds % 86_400).seconds
    return time(at // 3600, at // 60 % 60, at % 60).isoformat()


@st.composite
def reasons(draw):
    """The reasons of a site and of its areas, in versions."""
    files = {"sites/N.yaml": {"code": "N", "name": "N"}, **draw(staff(["N"], []))}
    for code in AREAS:
        files[f"areas/N/{code}.yaml"] = {"site": "N", "code": code, "name": draw(names)}
    whose = st.tuples(st.sampled_from([None, *AREAS]), st.sampled_from(ReasonKind.values))
    for area, kind in draw(some(whose, min_size=1)):
        files |= draw(trees("N", area, kind))
    return folder(files)


@st.composite
def trees(draw, site, area, kind):
    """The versions of some reasons, as they can be: obsolete ones, one in force, a draft."""
    in_force = draw(st.integers(0, 2))
    statuses = ["OBSOLETE", "RELEASED"][2 - in_force :] + draw(st.sampled_from([[], ["DRAFT"]]))
    files, number = {}, 0
    for status in statuses:
        number += draw(st.integers(1, 9))
        made = {"site": site, "kind": kind, "number": f"{number}", "status": status}
        made |= {"area": area} if area else {}
        made["reasons"] = draw(outlines(least=0 if status == "DRAFT" else 1))
        if status != "DRAFT":
            made["released_by"] = "mei"
        files[f"reasons/{site}/{area or ''}{kind}{number}.yaml"] = made
    return files


@st.composite
def outlines(draw, least):
    lines, depth = [], -1
    for code in draw(some(st.from_regex(r"\A[A-Z0-9][A-Z0-9_.-]{0,9}\Z"), 6, min_size=least)):
        depth = draw(st.integers(0, min(depth + 1, 2)))
        name = draw(st.text(PRINTED, min_size=1, max_size=20).filter(str.strip))
        lines.append(f"{'  ' * depth}{code} {name}")
    return "\n".join(lines)


@st.composite
def people(draw):
    """Who works at some sites, what they hold, and until when."""
    there = draw(some(st.sampled_from(SITES), min_size=1))
    qualifications = draw(some(st.sampled_from(["torque", "Torque", "esd"])))
    files = {f"sites/{code}.yaml": {"code": code, "name": draw(names)} for code in there}
    for code in qualifications:
        files[f"qualifications/{code}.yaml"] = {"code": code, "name": draw(names)}
    return folder(files | draw(staff(there, qualifications)))


@st.composite
def staff(draw, there, qualifications):
    """People: who signs, and others; badges go from one to another."""
    others = draw(some(st.sampled_from(["Mei", "zoë", "..", "omar"]) | st.from_regex(r"\A[\w.@+-]{1,9}\Z")))
    badges = iter(draw(st.permutations(["B-1", "b-1", " ", "null", "B-2"])))
    files = {}
    for username in [*SIGNERS, *(name for name in others if name not in SIGNERS)]:
        made = {"username": username, "full_name": draw(names), "roles": FIXED.get(username, [])}
        if username not in FIXED:
            made["roles"] = draw(some(st.sampled_from(Role.values), 8))
            made["is_active"] = draw(yes_no)
        if draw(st.booleans()):
            made["badge"] = next(badges, username)
        made["sites"] = there if username in FIXED else draw(some(st.sampled_from(there)))
        held = draw(some(st.sampled_from(qualifications))) if qualifications and username != "omar" else []
        made["qualifications"] = [{"qualification": code} | draw(grants) for code in held]
        files[f"people/{username!r}.yaml"] = made
    return files


grants = st.fixed_dictionaries(
    {"level": st.integers(1, 32_767).map(str), "evidence": long_texts}, optional={"expires_date": days}
)


@st.composite
def instructions(draw):
    """Instructions with revisions in every stage, with texts and files."""
    files = {}
    for code in draw(some(st.sampled_from(["tighten", "Tighten", "pack"]), 2)):
        made = {"code": code, "name": draw(words), "revisions": []}
        files[f"instructions/{code}.yaml"] = made
        for number in sorted(draw(some(st.integers(1, 2**31 - 1)))):
            files |= draw(sheets(made["revisions"], f"instructions/{code}/{number}", number))
    return folder(files)


@st.composite
def sheets(draw, revisions, stem, number):
    """The files of a revision of an instruction, which is added to its revisions."""
    body, status = draw(long_texts), draw(st.sampled_from(["DRAFT", "APPROVED", "RELEASED", "OBSOLETE"]))
    revision = {"number": f"{number}", "body": f"{stem}.md", "status": status if body.strip() else "DRAFT"}
    if revision["status"] != "DRAFT":
        revision["approved_by"] = "hiroshi"
    if revision["status"] in ("RELEASED", "OBSOLETE"):
        revision["released_by"] = "mei"
    revision |= draw(st.sampled_from([{}, {"effective_from": "2020-02-29", "effective_to": "9999-12-31"}]))
    revisions.append(revision)
    files, revision["files"] = {f"{stem}.md": body.encode()}, []
    for name in draw(some(st.sampled_from(["cover", "Cover", "-"]))):
        path = f"{stem}/{name}.{draw(st.sampled_from(['png', 'PDF', 'mp4']))}"
        files[path] = draw(st.binary(max_size=9))
        revision["files"].append({"name": name, "file": path, "caption": draw(long_texts)})
    return files
