"""What an event says of itself that nobody but a person can settle: it is stored, and waits to be looked at."""

from enum import StrEnum

DOUBT = "doubt"  # of an event's content
BEFORE = "before"  # what a counter showed before the step


class Doubt(StrEnum):
    AGAIN = "AGAIN"  # a handshake's number that may be the event that is stored already
    STEP = "STEP"  # a counter's step that no machine makes
