"""What the application's database role may do: never DDL, and on records only what their triggers allow too."""

from django.db import connection

# The ledger is filled by a trigger that runs with its owner's rights.
READ_ONLY = ("audit_auditevent", "django_migrations")


def grant_application_role(role: str) -> None:
    """Grant `role` its rights on every table of the schema. Run as the owner after each migration; repeatable."""
    with connection.cursor() as cursor:
        name = connection.ops.quote_name(role)
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        for table in _tables_with("append_only"):
            cursor.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {name}")
        for table in _tables_with("never_deleted"):
            cursor.execute(f"REVOKE DELETE ON {table} FROM {name}")
        for table in READ_ONLY:
            cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {name}")


def _tables_with(trigger: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", [trigger])
        return [row[0] for row in cursor.fetchall()]
