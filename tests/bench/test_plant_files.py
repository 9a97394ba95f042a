"""Importing plant files: 5,000 products, each with a bill of materials and a routing."""

import cProfile
import io
import pstats
import time

import pytest

from mes.kernel.door import open_door
from mes.plantfiles.actions.plant import import_plant
from mes.plantfiles.folders import MARK
from mes.plantfiles.kinds import KINDS
from mes.plantfiles.writing import export
from orders.models import BomLine, Product, Routing
from tests.bench.report import note

pytestmark = pytest.mark.bench

PRODUCTS = 5000
PRODUCT = """code: P-{n:05}
name: Product {n}
tracking: LOT
revisions:
  - code: A
    bom_lines:
      - operation_code: 10
        component: P-{a:05}
        quantity: 2
      - operation_code: 10
        component: P-{b:05}
        quantity: 0.5
"""
ROUTING = """site: NF
product: P-{n:05}
name: Product {n}
revisions:
  - number: 1
    operations:
      - code: 10
        name: Assemble
        station_class: BOARD
        run_time_s: 120
        steps:
          - code: PART_A
            kind: SCAN
            name: Part A
            component: P-{a:05}
          - code: DONE
            kind: CHECK
            name: Done
      - code: 20
        name: Test
        station_class: LEAK
        steps:
          - code: LEAK
            kind: NUMBER
            name: Leak
            quantity_unit: ml/h
            upper: 0.3
    edges:
      - before: 10
        after: 20
"""


def plant_files() -> dict[str, bytes]:
    files = {MARK: b"format: 1\n"}
    for n in range(PRODUCTS):
        first, second = sorted(((n + 1) % PRODUCTS, (n + 2) % PRODUCTS))
        names = {"n": n, "a": first, "b": second}
        files[f"products/P-{n:05}.yaml"] = PRODUCT.format(**names).encode()
        files[f"routings/NF/P-{n:05}.yaml"] = ROUTING.format(**names).encode()
    return files


def timed_import(files, by) -> float:
    begun = time.perf_counter()
    with open_door(person=by, reason="bench") as passage:
        import_plant(files=files, signers={}, is_trusted=True, is_rehearsal=False, by=by, at=passage.at)
    return time.perf_counter() - begun


def test_five_thousand_products_with_bom_and_routing(committed_plant):
    by, files, profile = committed_plant.people["omar"], plant_files(), cProfile.Profile()
    first_s = timed_import(files, by)
    assert (Product.objects.count(), BomLine.objects.count(), Routing.objects.count()) == (
        PRODUCTS + 3,
        2 * PRODUCTS + 2,
        PRODUCTS + 1,
    )
    profile.enable()
    again_s = timed_import(files, by)
    profile.disable()
    begun = time.perf_counter()
    exported = export(KINDS, None)
    export_s = time.perf_counter() - begun
    is_the_same = all(exported[name] == content for name, content in files.items())
    note(f"Plant files: {PRODUCTS} products with BOM and routing imported in {first_s:.1f} s (target 20),")
    note(f"imported again, under a profiler, in {again_s:.1f} s, exported in {export_s:.1f} s.\n")
    text = io.StringIO()
    pstats.Stats(profile, stream=text).sort_stats("cumulative").print_stats(12)
    print(text.getvalue())
    assert is_the_same
    assert first_s < 20
