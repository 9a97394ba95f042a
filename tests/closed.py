"""A gate of a plant's own that says no to everything until a supervisor lets it pass."""

from mes.kernel.gates import Facts, Hook, Override, Verdict, gate

PATH = "tests.closed.closed_for_the_audit"


@gate(*Hook, needs=(), override=Override.SUPERVISOR)
def closed_for_the_audit(facts: Facts) -> Verdict:
    """Nothing is done while the auditors are here."""
    return Verdict("CLOSED", what="The auditors are here.", do="Ask the supervisor.")
