"""The test plumbing itself: what every other test leans on."""

import threading

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError


@pytest.mark.django_db
def test_tests_connect_as_the_application_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        role, database = cursor.fetchone()
    assert role == "plantwright_app"
    assert database.startswith("run_")


@pytest.mark.django_db
def test_the_application_role_cannot_change_the_schema() -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE smuggled ()")


@pytest.mark.django_db
def test_every_connection_has_time_limits() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ("3s", "30s")


def test_a_committed_database_is_seen_by_other_threads_and_the_owner(
    committed_database: str, owner_connection: psycopg.Connection
) -> None:
    seen: list[str] = []

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_database()")
            seen.append(cursor.fetchone()[0])
        connection.close()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('key', 'data', now())")
    other = threading.Thread(target=look)
    other.start()
    other.join()

    assert seen == [committed_database]
    found = owner_connection.execute("SELECT session_key, current_user FROM django_session").fetchall()
    assert found == [("key", "plantwright_owner")]


def test_what_one_test_commits_is_gone_in_the_next(owner_connection: psycopg.Connection) -> None:
    assert owner_connection.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
