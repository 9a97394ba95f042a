"""Made-up plants, with names that nobody would choose: what is exported imports to the same, byte for byte."""

import re
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from equipment.models import Connection
from mes.embedded.home import ROOT
from mes.kernel.documents import Reader, load
from mes.kernel.sealing import SealedField
from mes.kernel.yaml_writing import document
from mes.plantfiles.kinds import BY_MODEL, KINDS, TOP
from mes.plantfiles.writing import export
from orders.models import Product
from tests.plantfiles.folder import take
from tests.plantfiles.made_up import ANY, codes, long_texts, quantities, slugs, words, yes_no

step_codes = st.from_regex(r"\A[A-Z0-9_]{1,24}\Z")


@st.composite
def steps(draw, component):
    listed = []
    for code in draw(st.lists(step_codes, max_size=3, unique=True)):
        step = {"code": code, "kind": draw(st.sampled_from(["TASK", "NUMBER", "LIST", "SCAN"])), "name": draw(words)}
        step["instruction"] = draw(long_texts)
        if step["kind"] == "NUMBER":
            step["upper"] = f"{draw(quantities):f}"
        if step["kind"] == "LIST":
            step["choices"] = draw(codes)
        if step["kind"] == "SCAN":
            step["component"] = component
        listed.append(step)
    return listed


@st.composite
def plants(draw):
    """Files of products with BOM lines, and of routings with steps, at the site of the tests."""
    names, files = draw(codes), {"plant.yaml": {"format": "1"}}
    for number, code in enumerate(names):
        components = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
        lines = [
            {
                "operation_code": draw(st.sampled_from(["10", "A"])),
                "component": each,
                "quantity": f"{draw(quantities):f}",
            }
            for each in components
        ]
        revision = {"code": draw(words), "bom_lines": lines}
        product = {"code": code, "name": draw(words), "description": draw(long_texts), "revisions": [revision]}
        files[f"products/{number}.yaml"] = product
        operations = [
            {"code": op, "name": draw(words), "station_class": "BOARD", "steps": draw(steps(code))}
            for op in ("10", "A")
        ]
        edges = [{"before": "10", "after": "A", "transfer_quantity": f"{draw(quantities):f}"}]
        made = {"number": draw(st.sampled_from(["1", "12"])), "operations": operations, "edges": edges}
        files[f"routings/{number}.yaml"] = {"site": "NF", "product": code, "name": draw(words), "revisions": [made]}
    return {name: document(content).encode() for name, content in files.items()}


units = st.text(ANY, max_size=12)
numbers = st.floats(allow_nan=False, allow_infinity=False).map(lambda number: repr(number).removesuffix(".0"))
_DRIVERS = {"MODBUS": "holding:{}", "OPCUA": "nsu=http://example.com/x;s=N{}"}
_PLACES = {
    "MODBUS": ["plc-7:502", "10.1.2.3:1502", "[fe80::1]:502"],
    "OPCUA": ["opc.tcp://press:4840/", "opc.tcp://10.1.2.3/ua/Ωmega", "opc.tcp://[::1]:4841"],
}
_TYPES = {"VALUE": ["FLOAT32", "FLOAT64", "TEXT"], "COUNTER": ["UINT16", "INT64"], "EVENT": ["UINT16", "UINT32"]}


def tag(draw, code, kind, number, event):
    """A tag of one of the roles, with every field that it may have."""
    least, most = sorted((draw(numbers), draw(numbers)), key=float)
    role = "VALUE" if event else draw(st.sampled_from(list(_TYPES)))
    made = {
        "code": code,
        "name": draw(words),
        "address": _DRIVERS[kind].format(number * 8),
        "value_type": draw(st.sampled_from(_TYPES[role])),
        "length": "10",
        "byte_order": draw(st.sampled_from(["", "DCBA"])),
        "quantity_unit": draw(units),
        "scale": draw(numbers.filter(float)),
        "offset": draw(numbers),
        "high": draw(numbers),
        "report": draw(st.sampled_from(["ALWAYS", "CHANGE", "DEADBAND"])),
        "deadband": draw(numbers).removeprefix("-"),
        "max_silence_s": f"{draw(st.integers(0, 10_000))}",
        "role": role,
        "is_writable": draw(yes_no),
        "write_low": least,
        "write_high": most,
        "is_active": draw(yes_no),
    }
    if made["is_writable"] == "yes":
        made["needs_signature"] = draw(yes_no)
    if event:
        made |= {"event": event, "field": draw(st.sampled_from(["serial", "result", "defect", "step:A.2"]))}
    if made.get("field") == "defect":
        made["defect_codes"] = draw(st.sampled_from(["", "1=M-LEAK", "1=M-LEAK, NOK = M-NOISE;9="]))
    if role == "EVENT":
        made |= {
            "station": "ST-20",
            "books": "TEST_RESULT",
            "acknowledge_address": _DRIVERS[kind].format(number * 8 + 500),
        }
    if role == "COUNTER":
        made |= {"station": "ST-20", "books": "PART_SCRAPPED", "scrap_reason": draw(words), "rollover": "65536"}
        made["defect"] = draw(st.sampled_from(["", "M-LEAK"]))
        made["reset_below"] = f"{draw(st.integers(0, 65_535))}"
        made["most_per_minute"] = f"{draw(st.integers(0, 2**31 - 1))}"
    return made


@st.composite
def machines(draw):
    """Files of connections with their tags and states, some secured and with a user, without secrets."""
    files = {"plant.yaml": {"format": "1"}}
    profile = {"site": "NF", "code": "a", "name": draw(words), "user_name": draw(words), "trusted": draw(long_texts)}
    files["security-profiles/a.yaml"] = profile | draw(st.sampled_from([{}, {"policy": "None", "mode": "None"}]))
    all_codes = draw(st.lists(slugs, max_size=8, unique=True))  # of one station: none is there twice
    stations = ["ST-10", "ST-20"]
    for n, code in enumerate(draw(st.lists(slugs, min_size=1, max_size=3, unique=True))):
        kind = draw(st.sampled_from(list(_DRIVERS)))
        made = {"site": "NF", "code": code, "name": draw(words), "kind": kind}
        made["address"] = draw(st.sampled_from(_PLACES[kind]))
        made |= {"period_ms": f"{draw(st.integers(20, 10_000))}", "is_paused": draw(yes_no)}
        if kind == "OPCUA" and draw(st.booleans()):
            made["security"] = "a"
        made["tags"], event = [], ""
        for number, one in enumerate(all_codes[n::3]):
            made["tags"].append(tag(draw, one, kind, number, event))
            event = event or (one if made["tags"][-1]["role"] == "EVENT" else "")
        if made["tags"] and stations:
            made["states"] = draw(states(stations.pop(), [one["code"] for one in made["tags"]]))
        files[f"connections/{n}.yaml"] = made
    return {name: document(content).encode() for name, content in files.items()}


@st.composite
def states(draw, station, tags):
    """Conditions of a station, some by a preset."""
    terms = st.lists(st.tuples(st.sampled_from(tags), st.sampled_from(["EQ", "LT", "GE"])), unique=True, max_size=3)
    listed = []
    for _ in range(draw(st.integers(0, 3))):
        if draw(st.booleans()):
            preset = draw(st.sampled_from(["PACKML", "MACHINERY"]))
            listed.append({"station": station, "preset": preset, "tag": draw(st.sampled_from(tags))})
            continue
        made = {
            "station": station,
            "state": draw(st.sampled_from(["RUNNING", "DOWN"])),
            "detail": draw(long_texts)[:60],
        }
        made["terms"] = [{"tag": t, "comparison": c, "value": draw(numbers)} for t, c in draw(terms)]
        listed.append(made)
    return listed


def codes_in(files, name):
    return [load(files[name].decode(), "x")[0]["code"]] if name in files else []


@pytest.fixture
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(files=plants())
@pytest.mark.usefixtures("_media")
def test_any_plant_comes_out_as_it_went_in(plant, files):
    comes_out_as_it_went_in(files)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(files=machines())
@pytest.mark.usefixtures("_media")
def test_any_machines_come_out_as_they_went_in(plant, files):
    comes_out_as_it_went_in(files)


def comes_out_as_it_went_in(files):
    with transaction.atomic():
        take(files)
        exported = export(KINDS, None)
        assert not take(exported).changes
        assert not take(files).changes
        transaction.set_rollback(True)
    with transaction.atomic():
        assert not Product.objects.filter(code__in=codes_in(files, "products/0.yaml")).exists()
        assert not Connection.objects.filter(code__in=codes_in(files, "connections/0.yaml")).exists()
        take(exported)
        assert export(KINDS, None) == exported
        transaction.set_rollback(True)


_VALUES = st.recursive(
    long_texts | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abcdef"), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdef"), _VALUES, min_size=1, max_size=4))
def test_what_is_written_as_yaml_is_read_as_it_was(value):
    assert load(document(value), "x.yaml") == (value, [])


def test_numbers_are_never_guessed_at():
    errors = []
    value, _ = load("a: 1.10\nb: no\n", "x.yaml")
    assert Reader("x.yaml", errors).scalar(Decimal, value["a"], 1, "a").as_tuple().exponent == -2
    assert (value["b"], errors) == ("no", [])


def test_every_field_of_every_kind_is_one_of_its_model():
    for kind in BY_MODEL.values():
        assert set(kind.said) - set(kind.columns) <= {"reasons"}
        assert set(kind.refs) <= set(kind.said)


def test_what_belongs_to_a_site_has_it_of_itself_or_of_its_file():
    for kind in KINDS:
        if "site" in kind.columns and "site" not in kind.said:
            assert TOP[kind].key[0] == "site", kind.name


def test_no_secret_is_a_field_of_a_file():
    for kind in KINDS:
        assert not [name for name in kind.said if isinstance(kind.columns.get(name), SealedField)]


def test_every_field_and_list_is_in_the_guide():
    guide = set(re.findall(r"[\w-]+", (ROOT / "docs/plant-files.md").read_text()))
    said = {name for kind in KINDS for name in (*kind.said, kind.folder, kind.under) if name}
    assert said <= guide, sorted(said - guide)
