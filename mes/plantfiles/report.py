"""What an import comes to, for a program."""

from typing import Any

from mes.kernel.refusals import Refusal, problem
from mes.plantfiles.actions.plant import PlantImport


def report_of(found: PlantImport, *, applied: bool) -> dict[str, Any]:
    """Counts of things by folder, what changes by file and line, what awaits whose signature, missing secrets."""
    return {
        "applied": applied,
        "counts": found.counts,
        "changes": [{"file": row.file, "line": row.line, "what": what} for row, what in found.changes],
        "awaiting": [
            {"file": one.row.file, "line": one.row.line, "what": one.what, "who": one.who} for one in found.awaiting
        ],
        "missing": [{"file": row.file, "line": row.line, "what": what} for row, what in found.missing],
    }


def refusal_report(refusal: Refusal) -> dict[str, Any]:
    """The same for files that can't be taken: a problem, with file and line of every mistake."""
    errors = [{"where": error.where, "what": error.what, "do": error.do} for error in refusal.errors]
    return {"applied": False, **problem(refusal), "errors": errors}
