"""Migration operations that put a table under the ledger. Each is one line in a migration.

The grants of the application's role follow from these triggers (see grants.py), so a rule is written down once.
"""

from collections.abc import Sequence

from django.db import migrations

_NO_TRUNCATE = """CREATE OR REPLACE TRIGGER not_truncated BEFORE TRUNCATE ON {table}
              FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('on record');"""


def Audited(table: str, *, secret: Sequence[str] = ()) -> migrations.RunSQL:
    """Every inserted, updated or deleted row of `table` leaves a row in the ledger; `secret` columns are masked.

    TRUNCATE fires no row trigger, so it would leave no trace: it is refused.
    """
    arguments = ", ".join(f"'{column}'" for column in secret)
    return migrations.RunSQL(
        f"""CREATE TRIGGER audited AFTER INSERT OR UPDATE OR DELETE ON {table}
              FOR EACH ROW EXECUTE FUNCTION audit_row({arguments});
            {_NO_TRUNCATE.format(table=table)}""",
        f"DROP TRIGGER audited ON {table}; DROP TRIGGER IF EXISTS not_truncated ON {table};",
    )


def AppendOnly(table: str) -> migrations.RunSQL:
    """Rows of `table` are never changed or deleted, whoever asks."""
    return migrations.RunSQL(
        f"""CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}
              FOR EACH ROW EXECUTE FUNCTION refuse_change('append-only');
            {_NO_TRUNCATE.format(table=table)}""",
        f"DROP TRIGGER append_only ON {table}; DROP TRIGGER IF EXISTS not_truncated ON {table};",
    )


def NeverDeleted(table: str) -> migrations.RunSQL:
    """Rows of `table` may change, and never disappear."""
    return migrations.RunSQL(
        f"""CREATE TRIGGER never_deleted BEFORE DELETE ON {table}
              FOR EACH ROW EXECUTE FUNCTION refuse_change('kept for good');
            {_NO_TRUNCATE.format(table=table)}""",
        f"DROP TRIGGER never_deleted ON {table}; DROP TRIGGER IF EXISTS not_truncated ON {table};",
    )


def Fixed(table: str, column: str) -> migrations.RunSQL:
    """Once given, `column` of `table` stays: other records and frozen plans know the row by it."""
    return migrations.RunSQL(
        f"CREATE TRIGGER fixed_{column} BEFORE UPDATE OF {column} ON {table} FOR EACH ROW "
        f"WHEN (OLD.{column} IS DISTINCT FROM NEW.{column}) "
        f"EXECUTE FUNCTION refuse_change('known by their {column} for good');",
        f"DROP TRIGGER fixed_{column} ON {table};",
    )


def event_table(table: str) -> list[migrations.RunSQL]:
    """What an append-only event table needs."""
    return [Audited(table), AppendOnly(table)]


def record_table(table: str, *, secret: Sequence[str] = ()) -> list[migrations.RunSQL]:
    """What a mutable record and its history table need. The history leaves secrets out altogether."""
    app, _, model = table.partition("_")
    history = f"{app}_historical{model}"
    return [Audited(table, secret=secret), NeverDeleted(table), Audited(history), AppendOnly(history)]


def master_table(table: str) -> list[migrations.RunSQL]:
    """What master data needs: drafts may be deleted, the history stays."""
    app, _, model = table.partition("_")
    history = f"{app}_historical{model}"
    return [Audited(table), Audited(history), AppendOnly(history)]


FUNCTIONS = """
CREATE FUNCTION audit_row() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    before_row jsonb; after_row jsonb; masked text;
BEGIN
    IF TG_OP <> 'INSERT' THEN before_row := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN after_row := to_jsonb(NEW); END IF;
    -- A secret's value never enters the ledger; that it changed does.
    FOREACH masked IN ARRAY coalesce(TG_ARGV, '{}') LOOP
        IF before_row ->> masked IS NOT NULL THEN
            before_row := jsonb_set(before_row, ARRAY[masked], to_jsonb(left(md5(before_row ->> masked), 8)));
        END IF;
        IF after_row ->> masked IS NOT NULL THEN
            after_row := jsonb_set(after_row, ARRAY[masked], to_jsonb(left(md5(after_row ->> masked), 8)));
        END IF;
    END LOOP;
    INSERT INTO audit_auditevent (transaction_id, at, database_user, person, station, request_id, reason,
                                  table_name, record, operation, old, new)
    VALUES (pg_current_xact_id()::text::bigint, clock_timestamp(), session_user,
            coalesce(current_setting('mes.person', true), ''), coalesce(current_setting('mes.station', true), ''),
            coalesce(current_setting('mes.request', true), ''), coalesce(current_setting('mes.reason', true), ''),
            TG_TABLE_NAME,
            -- Historical tables have the key history_id, all others id.
            coalesce(after_row ->> 'history_id', after_row ->> 'id', before_row ->> 'history_id', before_row ->> 'id'),
            TG_OP, before_row, after_row);
    RETURN NULL;
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Rows of % are %: % refused.', TG_TABLE_NAME, TG_ARGV[0], lower(TG_OP)
        USING ERRCODE = 'restrict_violation', HINT = 'Record a correction instead.';
END $$;
"""
