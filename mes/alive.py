"""`python -m mes.alive web|worker|collector|beat|events`: is the program of this container well? For its health check.

/healthz answers for the whole plant; a container must not be called ill because another one is.
"""

import json
import os
import socket
import sys
import urllib.error
import urllib.request

from redis.exceptions import RedisError

from mes import heartbeats

PATIENCE_S = 5
WEB = "http://127.0.0.1:8000"


def main(kind: str, url: str = WEB) -> int:
    """0 when well, else 1; says what was seen. `url`: where this container's web process listens."""
    well, sentence = web(url) if kind == "web" else program(kind)
    print(sentence)
    return 0 if well else 1


def web(url: str) -> tuple[bool, str]:
    """The web process answers and reaches the database; what is said of the other parts is theirs to answer."""
    host = os.environ["MES_ALLOWED_HOSTS"].split(",")[0].removeprefix(".")
    request = urllib.request.Request(f"{url}/healthz", headers={"Host": host})  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            parts = json.load(answer)["parts"]
    except urllib.error.HTTPError as refused:
        if refused.code != 503:
            return False, f"/healthz answers {refused.code}."
        parts = json.load(refused)["parts"]
    except OSError as error:
        return False, f"The web process does not answer: {error}"
    return parts["database"]["status"] == "ok", parts["database"]["sentence"]


def program(kind: str) -> tuple[bool, str]:
    """A worker, collector, beat or events program has given a sign of life lately, under this container's host name."""
    name = socket.gethostname() if kind in ("beat", "events") else f"{kind}@{socket.gethostname()}"
    try:
        age_s = heartbeats.ages_s(kind)[kind].get(name)
    except RedisError as error:
        return False, f"The broker does not answer: {error}"
    if age_s is None:
        return False, f"{name} has given no sign of life."
    return age_s <= heartbeats.SILENT_AFTER_S[kind], f"{name} gave its last sign of life {age_s:.0f} s ago."


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
