"""Somebody else's products and BOM lines: every row is taken or refused with a reason, none disappears."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from mes.kernel.csv_mapping import read_sections
from mes.kernel.documents import FilesWrong
from mes.plantfiles.mapping import BomLines, Products
from orders.models import BomLine, Product, ProductRevision

pytestmark = pytest.mark.django_db

REPOSITORY = Path(__file__).resolve().parents[2]
MAPPING = REPOSITORY / "docs/examples/inventree-mapping.yaml"
DATA_SET = REPOSITORY.parent / "shared/data/inventree-demo-dataset"
needs_data_set = pytest.mark.skipif(not DATA_SET.is_dir(), reason="the data set is not beside the project")

PARTS = """id,name,IPN,revision,description,variant_of,is_template,trackable,units,active,virtual
1,Table,T-1,B,A table,,True,True,,True,False
2,Leg,,,Of wood,,False,False,,True,False
3,Red table,,,,1,False,True,,True,False
4,Paint,,,,,False,False,litres,True,False
5,,,,No name,,False,False,,True,False
6,Leg,,,The same again,,False,False,,True,False
7,Screw,,,,,False,maybe,,True,False
8,Drawer,,,,,False,True,,False,True
"""
LINES = """id,part,sub_part,quantity,reference,inherited
1,1,2,4,"L1 L2 L3 L4",True
2,1,4,0.25,,True
3,3,8,1,,False
4,1,2,1,,False
5,1,99,1,,False
6,1,1,1,,False
7,3,2,-1,,False
8,8,1,1,,False
9,1,8,two,,False
10,1,8,0.00001,,False
"""


def run(plant, folder: Path, *more: str, mapping: Path = MAPPING, by: str = "hiroshi", capsys) -> dict:
    call_command("import_products", "--mapping", mapping, "--source", folder, "--json", "--by", by, *more)
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / "part_part.csv").write_text(PARTS)
    (tmp_path / "part_bomitem.csv").write_text(LINES)
    return tmp_path


def counts(report: dict, kind: str) -> tuple[int, int, int, int]:
    found = report[kind]
    return found["created"], found["updated"], found["unchanged"], found["refused"]


def test_every_row_is_taken_or_refused_with_its_reason(plant, folder, capsys):
    report = run(plant, folder, capsys=capsys)
    assert counts(report, "products") == (5, 0, 0, 3)
    assert counts(report, "bom_lines") == (4, 0, 0, 6)
    assert {(e["row"], e["column"], e["what"]) for e in report["refused"]["products"]} == {
        (6, "code", "It is empty."),
        (6, "name", "It is empty."),
        (7, "code", "Row 3 is Leg already."),
        (8, "tracking", "maybe is neither SERIAL nor LOT."),
    }
    assert [(e["row"], e["what"]) for e in report["refused"]["bom_lines"]] == [
        (5, "Row 2 has this component already."),
        (6, "There is no product 99, or its row was refused."),
        (7, "T-1 can't go into itself."),
        (8, "-1 is no quantity above 0 with up to 10 digits."),
        (10, report["refused"]["bom_lines"][4]["what"]),
        (11, "0.00001 has more than 4 decimal places."),
    ]


def test_products_and_lines_are_as_the_files_say(plant, folder, capsys):
    run(plant, folder, capsys=capsys)
    table = Product.objects.get(code="T-1")
    assert (table.name, table.tracking, table.quantity_unit) == ("Table", "SERIAL", "pcs")
    assert Product.objects.get(code="Paint").quantity_unit == "l"
    assert not Product.objects.get(code="Drawer").is_active
    assert table.revisions.get().code == "B"
    line = BomLine.objects.get(product_revision__product=table, component__code="Leg")
    assert (line.quantity, line.operation_code, line.trace_level) == (Decimal(4), "10", "NONE")
    assert line.reference_designators == "L1 L2 L3 L4"


def test_variants_have_the_lines_that_they_inherit(plant, folder, capsys):
    report = run(plant, folder, capsys=capsys)
    assert counts(report, "inherited_bom_lines") == (2, 0, 0, 0)
    red = ProductRevision.objects.get(product__code="Red table")
    assert sorted(line.component.code for line in red.bom_lines.all()) == ["Drawer", "Leg", "Paint"]


def test_a_circle_of_products_is_refused_at_the_row_that_closes_it(plant, folder, capsys):
    with (folder / "part_bomitem.csv").open("a") as lines:
        lines.write("11,2,8,1,,False\n12,4,2,1,,False\n13,8,4,1,,False\n")
    report = run(plant, folder, capsys=capsys)
    (circle,) = [e for e in report["refused"]["bom_lines"] if "circle" in e["what"]]
    assert circle["row"] == 12  # the leg has a drawer, and a drawer has the table
    assert sum(counts(report, "bom_lines")) == 13


def test_a_second_run_changes_nothing(plant, folder, capsys):
    first = run(plant, folder, capsys=capsys)
    history = Product.history.count(), BomLine.history.count()
    second = run(plant, folder, capsys=capsys)
    assert counts(second, "products") == (0, 0, first["products"]["created"], 3)
    assert counts(second, "bom_lines") == (0, 0, 4, 6)
    assert (Product.history.count(), BomLine.history.count()) == history


def test_what_changed_there_changes_here(plant, folder, capsys):
    run(plant, folder, capsys=capsys)
    (folder / "part_part.csv").write_text(PARTS.replace("Of wood", "Of steel"))
    (folder / "part_bomitem.csv").write_text(LINES.replace("0.25", "0.5"))
    report = run(plant, folder, capsys=capsys)
    assert counts(report, "products") == (0, 1, 4, 3)
    assert counts(report, "bom_lines") == (0, 1, 3, 6)
    assert counts(report, "inherited_bom_lines") == (0, 1, 1, 0)
    assert Product.objects.get(code="Leg").description == "Of steel"


def test_a_dry_run_says_the_same_and_changes_nothing(plant, folder, capsys):
    before = Product.objects.count()
    dry = run(plant, folder, "--dry-run", capsys=capsys)
    assert Product.objects.count() == before
    real = run(plant, folder, capsys=capsys)
    assert not dry.pop("applied")
    assert real.pop("applied")
    assert dry == real


def test_lines_of_a_frozen_revision_are_refused_when_they_differ(plant, folder, capsys):
    run(plant, folder, capsys=capsys)
    plant.approve_and_release(ProductRevision.objects.get(product__code="Red table"))
    (folder / "part_bomitem.csv").write_text(LINES.replace("3,3,8,1,", "3,3,8,2,"))
    report = run(plant, folder, capsys=capsys)
    assert counts(report, "bom_lines") == (0, 0, 3, 7)
    assert "Red table rev A is frozen here, and says otherwise." in [e["what"] for e in report["refused"]["bom_lines"]]
    assert counts(report, "products") == (0, 0, 5, 3)


def test_the_unit_of_a_product_in_use_stays(plant, folder, capsys):
    run(plant, folder, capsys=capsys)
    plant.approve_and_release(ProductRevision.objects.get(product__code="Red table"))
    (folder / "part_part.csv").write_text(PARTS.replace("Red table,,,,1,False,True", "Red table,,,,1,False,False"))
    report = run(plant, folder, capsys=capsys)
    assert "Red table is in use here: its tracking can't change." in [e["what"] for e in report["refused"]["products"]]


def test_who_may_not_draft_is_refused(plant, folder, capsys):
    with pytest.raises(SystemExit):
        run(plant, folder, by="amina", capsys=capsys)
    assert json.loads(capsys.readouterr().out)["applied"] is False
    assert not Product.objects.filter(code="T-1").exists()


def test_a_column_that_is_not_there_is_named(plant, folder, capsys):
    (folder / "part_part.csv").write_text(PARTS.replace("trackable", "tracked"))
    with pytest.raises(SystemExit):
        run(plant, folder, capsys=capsys)
    assert "There is no column trackable" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("products:\n  file: a.csv\n  key: id\n", 2, "fields is missing."),
        ("products: 3\n", 1, "products is a mapping."),
        ("produkts:\n  file: a\n", 1, "There is no produkts here."),
        ("products:\n  file: a\n  file: b\n", 3, "file is there twice."),
        ("products: [\n", 2, "It is no YAML: did not find expected node content."),
    ],
)
def test_mistakes_in_a_mapping_are_named_with_their_line(tmp_path, text, line, what):
    path = tmp_path / "mapping.yaml"
    path.write_text(text)
    with pytest.raises(FilesWrong) as wrong:
        read_sections(path, {"products": Products, "bom_lines": BomLines})
    assert (line, what) in [(e.line, e.what) for e in wrong.value.errors]


@needs_data_set
def test_the_real_data_set_is_taken_whole(plant, capsys):
    report = run(plant, DATA_SET, capsys=capsys)
    assert counts(report, "products") == (414, 0, 0, 0)
    assert counts(report, "bom_lines") == (228, 0, 0, 0)
    assert len([note for note in report["notes"] if "template" in note]) == 13
    again = run(plant, DATA_SET, capsys=capsys)
    assert counts(again, "products") == (0, 0, 414, 0)
    assert counts(again, "bom_lines") == (0, 0, 228, 0)
    assert again["inherited_bom_lines"]["unchanged"] == report["inherited_bom_lines"]["created"]
