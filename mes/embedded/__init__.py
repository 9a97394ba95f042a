"""PostgreSQL and a Redis-compatible broker from pip wheels, so that a bare machine runs the real thing.

Standard library only (one lazy psycopg import in `preparation`), importable before Django has settings.
Linux and macOS. `sessions.servers()` is the way in; `demo.run()` is `make demo`.
"""
