"""Made-up plants, with names that nobody would choose: what is exported imports to the same, byte for byte."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mes.kernel.documents import Reader, load
from mes.kernel.yaml_writing import document
from mes.plantfiles.kinds import BY_MODEL, KINDS
from mes.plantfiles.writing import export
from orders.models import Product
from tests.plantfiles.folder import take

_ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
_ODD = st.sampled_from(
    ["null", "~", "yes", "1.10", "- a", "#x", "a: b", " x ", "ä\u2028b", "tab\there", "%41", "..", "a/b", "A/B", "*"]
)
words = st.text(_ANY, min_size=1, max_size=20).filter(str.strip) | _ODD
codes = st.lists(words, min_size=1, max_size=4, unique=True)
long_texts = st.text(_ANY, max_size=60) | st.text(" \n\r\tab:#", max_size=30)
quantities = st.decimals("0.0001", "9999999999", places=4)
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


@pytest.fixture
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(files=plants())
@pytest.mark.usefixtures("_media")
def test_any_plant_comes_out_as_it_went_in(plant, files):
    with transaction.atomic():
        take(files)
        exported = export(KINDS, None)
        assert not take(exported).changes
        assert not take(files).changes
        transaction.set_rollback(True)
    with transaction.atomic():
        assert not Product.objects.filter(code__in=[load(files["products/0.yaml"].decode(), "x")[0]["code"]]).exists()
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
