"""The process that holds the embedded servers for as long as anybody uses them.

Everybody who uses them shares the lock `lease`; the kernel gives it back when that process ends, by kill -9 too.
The keeper starts the servers, restarts one that dies, and when it gets the lease for itself it stops them and goes.
"""

import os
import signal
import sys
import time

from mes.embedded.broker import Broker
from mes.embedded.home import EmbeddedError, Home
from mes.embedded.locks import FileLock
from mes.embedded.postgres import Postgres

READY = "ready"
LOOK_EVERY_S = 0.2
RESTART_PAUSE_S = 1.0


def step_aside() -> None:
    """Go on as nobody's child, and end the process that was started: whoever waits for that is free at once."""
    if os.fork():
        os._exit(0)


def keep(home: Home, wanted: set[str]) -> int:
    """Run until the last user has gone. Progress goes to standard output, one line each, `ready` last."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    present = FileLock(home.lock_file("keeper")).take()
    home.lock_file("keeper").write_text(" ".join(sorted(wanted)))
    servers: list[Postgres | Broker] = []
    try:
        # Postgres first: it is stopped last.
        for name, kind in (("postgres", Postgres), ("broker", Broker)):
            if name in wanted:
                servers.append(kind(home))
                servers[-1].start()
                print(f"{name} is up", flush=True)
    except (EmbeddedError, PermissionError) as failure:
        print(failure, flush=True)
        _stop(servers)
        return 1
    print(READY, flush=True)
    sys.stdout = sys.stderr = open(home.log_file("keeper"), "a", buffering=1)  # noqa: SIM115 - for life
    lease = FileLock(home.lock_file("lease"))
    while not lease.try_take():
        time.sleep(LOOK_EVERY_S)
        _restart_the_dead(servers)
    _stop(servers)
    present.release()  # before the lease: whoever gets the lease next must see that nobody keeps
    lease.release()
    return 0


def _restart_the_dead(servers: list[Postgres | Broker]) -> None:
    for server in servers:
        if not server.alive:
            print(f"{type(server).__name__} ended unexpectedly; starting it again", flush=True)
            try:
                server.start()
            except EmbeddedError as failure:
                print(failure, flush=True)
                time.sleep(RESTART_PAUSE_S)


def _stop(servers: list[Postgres | Broker]) -> None:
    for server in reversed(servers):
        server.stop()
