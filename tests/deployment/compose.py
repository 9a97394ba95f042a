"""docker-compose.yml as Compose reads it: merged, with the variables of an environment put in."""

import re
from typing import Any

import yaml

from mes.embedded.home import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text()
VARIABLE = re.compile(r"\$(?:(?P<escaped>\$)|\{(?P<name>\w+)(?::(?P<how>[?-])(?P<rest>[^}]*))?\})")
ONE_SHOT = {"roles", "migrate"}
APPLICATION = {"migrate", "web", "worker", "collector", "beat", "events"}


def file() -> dict[str, Any]:
    """As written: the variables still stand there."""
    return yaml.safe_load(TEXT)


def services() -> dict[str, dict[str, Any]]:
    return file()["services"]


def service(name: str, environment: dict[str, str]) -> dict[str, Any]:
    """One service, ready to run."""
    return filled(services()[name], environment)


def filled(value: Any, environment: dict[str, str]) -> Any:
    """Put the variables in; raises KeyError for one that has to be set and is not, as Compose refuses to start."""
    if isinstance(value, dict):
        return {key: filled(item, environment) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, environment) for item in value]
    return VARIABLE.sub(lambda found: _value(found, environment), value) if isinstance(value, str) else value


def _value(found: re.Match[str], environment: dict[str, str]) -> str:
    if found["escaped"]:
        return "$"
    given = environment.get(found["name"], "")
    if not given and found["how"] == "?":
        raise KeyError(found["name"])
    return given or (found["rest"] if found["how"] == "-" else "")
