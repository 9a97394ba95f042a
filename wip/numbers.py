"""The running numbers by which people call records of the floor."""

from django.db import connection

_PREFIXES = {"batch": "B", "rework": "R", "permit": "D"}


def next_number(kind: str) -> str:
    """The next number of this kind; one that a refused act has taken is not given again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [f"{kind}_number"])
        return f"{_PREFIXES[kind]}-{cursor.fetchone()[0]:04d}"
