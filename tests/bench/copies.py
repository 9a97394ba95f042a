"""A plant filled by copying what the verbs wrote, in SQL, with constraints and triggers on.

A copy's key follows from its original's and its number, so that copies can name each other.
"""

from django.db import connection
from django.db.backends.utils import CursorWrapper

from tests import databases


def copy_rows(
    cursor: CursorWrapper, table: str, where: str, count: int, *, first: int = 1, own: str = "", **columns: str
) -> None:
    """Copy rows `count` times, numbered from `first`. own: foreign keys to what was copied with the same numbers, too.

    columns: SQL for what differs; `old` is the row, `n` the number.
    """
    keys = {name: f"md5(old.{name} || ':' || n)::uuid" for name in ["id", *own.split()]}
    new = ", ".join(f"'{name}', {sql}" for name, sql in (keys | columns).items())
    cursor.execute(
        f"INSERT INTO {table} SELECT made.* "
        f"FROM (SELECT * FROM {table} WHERE {where}) old, generate_series({first}, {first + count - 1}) n, "
        f"jsonb_populate_record(NULL::{table}, to_jsonb(old) || jsonb_build_object({new})) made"
    )


def analyze() -> None:
    """Give the planner its statistics, as autovacuum does after so much was written; what is not committed is not seen.

    As the owner: of the application's role PostgreSQL takes the statement, warns, and does nothing.
    """
    with databases.as_owner(connection.settings_dict["NAME"]) as owner:
        owner.execute("ANALYZE")
