"""Every table is under the ledger, and what may not change or vanish can't, whoever asks."""

import psycopg
import pytest
from django.apps import apps
from django.db import connection

from tests import databases
from tests.holds import signed
from wip.actions import holds

# Tables that bear no record, with the reason.
NO_RECORD = {
    "audit_auditevent": "it is the ledger itself",
    "idempotency_idempotencykey": "requests, kept for 30 days; their effects are on record",
    "genealogy_serialcounter": "the next number; the units that took one are on record",
    "wip_openoperation": "what comes next, for the queues: found anew from the executions, which are on record",
    "station_lastact": "when a page was last used; what was done there is on record",
    "django_session": "sign-in sessions come and go",
    "django_migrations": "Django's own, written by the owner alone",
    "equipment_series": "made by a trigger when a tag is, whose change is on record",
    "equipment_sample": "append-only, some thousand a second; what is taken from them into the record is copied",
    "equipment_rollup": "made from samples, and made anew from them",
    "equipment_rollupdue": "work to do",
    "equipment_latestvalue": "the last of the samples",
    "equipment_countertotal": "a balance; the differences are append-only events under the ledger",
    "equipment_observation": "how long a connection was watched, moved on some times a second",
    "equipment_connectionlease": "tells of now",
    "equipment_configurationversion": "counts changes, which are on record",
    "equipment_quarantinedrow": "what could not be stored, for somebody to look at",
    "equipment_eventdue": "work to do",
    "equipment_refusedevent": "work to do, as the bookings say, which are on record",
    "django_content_type": "Django's own list of models",
    "django_admin_log": "Django's own; what the administration changes is on record by the tables themselves",
    "auth_group": "not used: roles are in code",
    "auth_group_permissions": "not used: roles are in code",
    "auth_permission": "Django's own list; not used: roles are in code",
}
# The wording of a refusal by a trigger, or by a missing right.
REFUSED = (psycopg.errors.RestrictViolation, psycopg.errors.InsufficientPrivilege)


def tables_with(trigger: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s AND tgenabled = 'O'", [trigger]
        )
        return {row[0] for row in cursor.fetchall()}


@pytest.mark.django_db
def test_every_table_is_audited_or_says_why_not():
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    audited = tables_with("audited")
    assert tables - audited == set(NO_RECORD), "put the table under the ledger, or say why it bears no record"
    assert {model._meta.db_table for model in apps.get_models(include_auto_created=True)} <= tables


@pytest.mark.django_db
def test_every_record_with_a_history_model_has_it_append_only():
    histories = {m._meta.db_table for m in apps.get_models() if m.__name__.startswith("Historical")}
    assert histories
    assert histories <= tables_with("append_only")


@pytest.mark.django_db
def test_every_record_is_either_never_deleted_or_a_draft_that_the_freeze_guards():
    from tests.architecture.test_models import RECORDS

    kept = tables_with("never_deleted") | tables_with("append_only") | tables_with("frozen")
    may_go = set(NO_RECORD) | {
        "equipment_siteaccess",  # taking a right away is a deletion, on record
        "wip_plannedjob",  # as these
        *("equipment_shift", "equipment_shiftbreak", "equipment_calendarexception"),  # plans, with their history
        *("equipment_statecondition", "equipment_stateterm"),  # how tags are read, with their history
    }
    assert {model._meta.db_table for model in RECORDS} - kept <= may_go


class Attacker:
    """A connection that tries what it must not."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection

    def tables(self, trigger: str) -> list[str]:
        query = "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s ORDER BY 1"
        return [row[0] for row in self.connection.execute(query, [trigger])]

    def first_column(self, table: str) -> str:
        query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum LIMIT 1"
        return self.connection.execute(query, [table]).fetchone()[0]

    def is_refused(self, sql: str) -> bool:
        try:
            self.connection.execute(sql)
        except REFUSED:
            return True
        return False


@pytest.fixture(params=["application", "owner"])
def attacker(request, committed_plant, committed_database):
    """Both roles, on a plant in which something happened to every append-only table."""
    plant = committed_plant
    unit = plant.do(plant.unit(), "10", "20", "30", "40")
    with plant.door("mei") as passage:
        hold = holds.place(
            by=passage.person, at=passage.at, reason_code="PROCESS", reason="Leak doubtful", unit=plant.fresh(unit)
        )
        holds.release(
            hold=hold, reason="Checked", by=passage.person, at=passage.at, signing=signed(hold, passage.person)
        )
    with psycopg.connect(databases.url_of(committed_database, request.param), autocommit=True) as connection:
        yield Attacker(connection)


def test_append_only_rows_stay_as_they_are(attacker):
    tables = attacker.tables("append_only")
    assert {"audit_auditevent", "audit_signature", "wip_reading", "wip_executionevent"} <= set(tables)
    for table in tables:
        column = attacker.first_column(table)
        filled = attacker.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        if not filled:
            continue  # a row trigger has nothing to refuse; see the next test for TRUNCATE
        assert attacker.is_refused(f"UPDATE {table} SET {column} = {column}"), f"UPDATE {table}"
        assert attacker.is_refused(f"DELETE FROM {table}"), f"DELETE FROM {table}"


def test_kept_rows_are_never_deleted(attacker):
    tables = attacker.tables("never_deleted")
    assert {"wip_hold", "genealogy_unit", "orders_workorder", "personnel_person"} <= set(tables)
    for table in tables:
        if attacker.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:
            assert attacker.is_refused(f"DELETE FROM {table}"), table


def test_nothing_on_record_can_be_truncated(attacker):
    for table in {*attacker.tables("audited"), "audit_auditevent"}:
        assert attacker.is_refused(f"TRUNCATE {table} CASCADE"), table


def test_the_ledger_takes_no_rows_but_its_triggers(committed_plant, committed_database):
    forged = (
        "INSERT INTO audit_auditevent (transaction_id, at, database_user, person, station, request_id, reason,"
        " table_name, record, operation) VALUES (1, now(), 'x', '', '', '', '', 'wip_hold', '1', 'UPDATE')"
    )
    with (
        psycopg.connect(databases.url_of(committed_database), autocommit=True) as application,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        application.execute(forged)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE mine (id int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE wip_hold ADD COLUMN mine int",
        "ALTER TABLE wip_reading DISABLE TRIGGER append_only",
        "ALTER TABLE wip_reading DISABLE TRIGGER ALL",
        "DROP TRIGGER audited ON wip_reading",
        "DROP TABLE wip_reading",
        "CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "SET session_replication_role = replica",
        "GRANT ALL ON audit_auditevent TO CURRENT_USER",
        "SET ROLE plantwright_owner",
        "SELECT setval('event_sequence', 1)",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_the_application_can_neither_change_tables_nor_switch_the_record_off(committed_database, sql):
    with psycopg.connect(databases.url_of(committed_database), autocommit=True) as application:
        try:
            application.execute(sql)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue):
            return
        with databases.as_owner(committed_database) as owner:
            granted = owner.execute(
                "SELECT has_table_privilege(%s, 'audit_auditevent', 'INSERT')", [application.info.user]
            ).fetchone()[0]
        # GRANT by one without the right is a warning, not an error.
        assert sql.startswith("GRANT"), f"{sql} was carried out"
        assert not granted
