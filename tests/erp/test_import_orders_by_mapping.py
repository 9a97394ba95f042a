"""Orders out of somebody else's file, by a mapping; one of the real data set's builds is made to the end."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command

from equipment.models import Station, StationClass, WorkCenter
from genealogy.actions import units
from genealogy.queries import as_built
from genealogy.status import UnitStatus
from mes.station.actions import operations
from mes.station.actions.operations import Completion, Given
from orders.models import Product, ProductRevision, RoutingRevision, WorkOrder
from orders.status import OrderStatus
from tests.plant import NOW
from wip.actions import orders as floor_orders

pytestmark = pytest.mark.django_db

REPOSITORY = Path(__file__).resolve().parents[2]
MAPPING = REPOSITORY / "docs/examples/inventree-mapping.yaml"
DATA_SET = REPOSITORY.parent / "shared/data/inventree-demo-dataset"
needs_data_set = pytest.mark.skipif(not DATA_SET.is_dir(), reason="the data set is not beside the project")

BUILDS = """id,reference,part,quantity,target_date,priority
1,BO0001,1,3,2026-12-01,0
2,BO0002,1,2,,2
"""
PARTS = """id,name,IPN
1,Pump,PUMP
"""


@pytest.fixture
def mapping(plant, tmp_path) -> Path:
    text = MAPPING.read_text().replace("NORTHFIELD", plant.site.code)
    (tmp_path / "mapping.yaml").write_text(text)
    return tmp_path / "mapping.yaml"


@pytest.fixture
def assembly(plant) -> Station:
    with plant.door("hiroshi"):
        kind = StationClass.objects.create(code="ASSEMBLY", name="Assembly")
        center = WorkCenter.objects.create(site=plant.site, code="BENCH", name="Benches")
        return Station.objects.create(
            site=plant.site, work_center=center, station_class=kind, code="ST-90", name="Bench"
        )


def run(file: Path, mapping: Path, *more: str, capsys) -> dict:
    call_command(
        "import_orders", file, "--mapping", mapping, "--by", "erp", "--routings-by", "hiroshi", "--json", *more
    )
    return json.loads(capsys.readouterr().out)


def made_elsewhere(plant) -> Product:
    """A product with a released revision and no routing."""
    with plant.door("hiroshi"):
        product = Product.objects.create(code="WIDGET", name="Widget")
        revision = ProductRevision.objects.create(product=product, code="A")
    plant.approve_and_release(revision)
    return product


@pytest.fixture
def builds(tmp_path) -> Path:
    (tmp_path / "build.csv").write_text(BUILDS)
    (tmp_path / "part_part.csv").write_text(PARTS.replace("PUMP", "WIDGET"))
    return tmp_path / "build.csv"


def test_orders_come_by_a_mapping_and_missing_routings_are_drafted(plant, mapping, assembly, builds, capsys):
    made_elsewhere(plant)
    report = run(builds, mapping, capsys=capsys)
    assert (report["create"], report["drafted_routings"]) == (2, 1)
    first, second = WorkOrder.objects.filter(erp_reference__startswith="BO").order_by("erp_reference")
    assert (first.product_revision.product.code, first.quantity, first.priority) == ("WIDGET", 3, 5)
    assert (second.priority, f"{second.due_at:%Y-%m-%d}") == (2, "2026-12-31")
    draft = RoutingRevision.objects.get(routing__product__code="WIDGET")
    assert draft.is_draft
    assert [operation.code for operation in draft.operations.all()] == ["10"]


def test_a_second_import_changes_nothing(plant, mapping, assembly, builds, capsys):
    made_elsewhere(plant)
    run(builds, mapping, capsys=capsys)
    report = run(builds, mapping, capsys=capsys)
    assert (report["create"], report["unchanged"], report["drafted_routings"]) == (0, 2, 0)


def test_a_dry_run_drafts_nothing(plant, mapping, assembly, builds, capsys):
    made_elsewhere(plant)
    report = run(builds, mapping, "--dry-run", capsys=capsys)
    assert (report["create"], report["drafted_routings"]) == (2, 0)
    assert not RoutingRevision.objects.filter(routing__product__code="WIDGET").exists()


def test_a_class_of_station_that_is_not_there_is_named(plant, mapping, builds, capsys):
    made_elsewhere(plant)
    with pytest.raises(SystemExit):
        run(builds, mapping, capsys=capsys)
    assert "There is no class of station ASSEMBLY." in capsys.readouterr().out
    assert not WorkOrder.objects.filter(erp_reference="BO0001").exists()


@needs_data_set
def test_a_build_of_the_real_data_set_is_made_to_the_end(plant, mapping, assembly, capsys):
    call_command("import_products", "--mapping", mapping, "--source", DATA_SET, "--by", "hiroshi")
    for revision in ProductRevision.objects.filter(status="DRAFT", bom_lines__isnull=False).distinct():
        plant.approve_and_release(revision)
    capsys.readouterr()
    report = run(DATA_SET / "build_build.csv", mapping, capsys=capsys)
    assert report["create"] == 16
    for routing in RoutingRevision.objects.filter(status="DRAFT"):
        plant.approve_and_release(routing)

    order = WorkOrder.objects.get(erp_reference="BO0009")  # five of D.123, with a serialised component each
    with plant.door("ines") as passage:
        floor_orders.release(order=order, by=passage.person, at=passage.at)
    for unit in order.units.order_by("serial"):
        component = _received(plant, order.product_revision, unit.serial)
        _complete(plant, unit, assembly, component)
    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
    assert {unit.status for unit in order.units.all()} == {UnitStatus.FINISHED}
    assert all(as_built(unit).count() == 1 for unit in order.units.all())


def _received(plant, revision: ProductRevision, serial: str) -> str:
    """A serial number of the revision's one traced component, received."""
    (line,) = [line for line in revision.bom_lines.select_related("component") if line.is_traced]
    with plant.door("ines") as passage:
        unit = units.receive(
            site=plant.site,
            product=line.component,
            serial=f"FOR-{serial}",
            quantity=line.quantity,
            by=passage.person,
            at=passage.at,
        )
    return unit.serial


def _complete(plant, unit, station: Station, component: str) -> None:
    with plant.door("amina") as passage:
        execution = operations.start(
            unit=plant.fresh(unit), operation_code="10", station=station, by=passage.person, at=passage.at
        )
    (step,) = RoutingRevision.objects.get(routing__product=unit.product).operations.get().steps.all()
    with plant.door("amina") as passage:
        operations.report(
            execution=execution,
            given=[Given(step.code, component)],
            completion=Completion(),
            station=station,
            by=passage.person,
            at=NOW,
        )
