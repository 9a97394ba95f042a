"""The running numbers by which people call records of the floor."""

from django.db import connection

_PREFIXES = {"hold": "H", "batch": "B", "rework": "R", "permit": "D"}


def next_number(kind: str) -> str:
    """The next number of this kind; one that a refused act has taken is not given again."""
    return next_numbers(kind, 1)[0]


def next_numbers(kind: str, count: int) -> list[str]:
    """So many next numbers of this kind, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", [f"{kind}_number", count])
        return [f"{_PREFIXES[kind]}-{number:04d}" for (number,) in cursor.fetchall()]
