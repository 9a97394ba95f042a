"""What was measured, on the screen and for docs/performance.md (MES_BENCH_REPORT names the file to append to)."""

import os


def note(line: str) -> None:
    print(line)
    if path := os.environ.get("MES_BENCH_REPORT"):
        with open(path, "a") as report:
            report.write(line + "\n")
