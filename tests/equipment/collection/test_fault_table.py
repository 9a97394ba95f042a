"""The table of faults in docs/collection.md names tests that there are."""

import re
from pathlib import Path

from mes.embedded.home import ROOT

HERE = Path(__file__).parent
FAULTS = 30


def test_every_fault_has_a_test_that_there_is():
    table = (ROOT / "docs/collection.md").read_text().partition("## Faults, and the test of each")[2]
    table = table.partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(rows) == FAULTS
    for row in rows:
        named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", row)
        assert named, row
        for file, test in named:
            assert f"def {test}(" in (HERE / file).read_text(), (file, test)
