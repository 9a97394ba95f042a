from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.equipment.collection.floor import Floor, floor_on
from tests.plant import Plant


@pytest.fixture
def floor(committed_plant: Plant, committed_database: str, tmp_path: Path) -> Iterator[Floor]:
    """Machines and collectors, on a plant in a database of its own."""
    with floor_on(committed_database, tmp_path / "spool") as floor:
        yield floor
