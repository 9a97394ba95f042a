"""Is this database migrated and filled for exactly this code? Answered in milliseconds, without loading Django."""

import hashlib
from contextlib import suppress
from functools import cache

from mes.embedded.home import ROOT, EmbeddedError

# What decides the schema and its grants: the migrations, ours and (by the lock) the libraries', and the modules of
# triggers that they use.
SCHEMA_SOURCES = (
    "requirements.lock",
    "*/migrations/*.py",
    "mes/**/migrations/*.py",
    "mes/kernel/audit/*.py",
    "orders/frozen.py",
)


@cache
def fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted({path for pattern in SCHEMA_SOURCES for path in ROOT.glob(pattern)}):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def is_prepared(owner_url: str) -> bool:
    """Whether `note_prepared` was called for this code. The note is the database's own comment, so it goes with it."""
    import psycopg  # installed beside Django; the rest of this package does not need it

    try:
        with psycopg.connect(owner_url, connect_timeout=5) as connection:
            found = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
            ).fetchone()
    except psycopg.OperationalError as error:
        raise EmbeddedError(f"The database does not answer: {error}") from error
    return found is not None and found[0] == _note()


def note_prepared(owner_url: str) -> None:
    """Leave the note. An external database whose owner role may not is simply prepared again next time."""
    import psycopg
    from psycopg.sql import SQL, Identifier, Literal

    with suppress(psycopg.errors.InsufficientPrivilege), psycopg.connect(owner_url) as connection:
        name = Identifier(connection.info.dbname)
        connection.execute(SQL("COMMENT ON DATABASE {} IS {}").format(name, Literal(_note())))


def _note() -> str:
    return f"Plantwright, prepared for {fingerprint()}"
