"""A libpq connection URL as Django's DATABASES entry: whatever psql accepts works here."""

from typing import Any

from psycopg.conninfo import conninfo_to_dict

APPLICATION_LIMITS_MS = {
    "statement_timeout": 30_000,
    "lock_timeout": 3_000,
    "idle_in_transaction_session_timeout": 60_000,
}
# A migration may rebuild a large table, but must not queue the whole plant behind a lock it waits for.
OWNER_LIMITS_MS = {"lock_timeout": 15_000}
# The disks of today read a page from anywhere as fast as the next one, and most are in memory: with PostgreSQL's 4 a
# list of 100 rows joins whole tables rather than looking 100 keys up.
PLANNER = {"random_page_cost": 1.1}
POOL_PATIENCE_S = 3


def database(url: str, *, limits_ms: dict[str, int], pool_size: int = 0) -> dict[str, Any]:
    """DATABASES entry for `url`, with time limits (milliseconds) set on every connection.

    pool_size: connections that a threaded web process shares, 0 for none. A new connection costs 10 ms a request;
    prefork workers keep one of their own open instead.
    """
    parts = conninfo_to_dict(url)
    options = " ".join(f"-c {name}={value}" for name, value in {**limits_ms, **PLANNER}.items())
    entry = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": 0 if pool_size else 300,
        "OPTIONS": {
            **parts,
            "options": f"{parts.get('options', '')} {options}".strip(),
            # The same few statements over and over: the server keeps them parsed, a completion takes a third less.
            "server_side_binding": True,
            "prepare_threshold": 2,
        },
    }
    if pool_size:
        entry["OPTIONS"]["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": POOL_PATIENCE_S}
    return entry


def user_of(url: str) -> str:
    return str(conninfo_to_dict(url).get("user", ""))
