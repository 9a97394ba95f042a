"""The production shape: what docker-compose.yml promises, read from the file itself."""

import re

import pytest

from mes.embedded.home import ROOT
from tests.deployment import compose

SERVICES = compose.services()
LONG_RUNNING = SERVICES.keys() - compose.ONE_SHOT
# Read by the programs themselves, not by our settings.
OF_OTHERS = {"WEB_CONCURRENCY"}
SECRET = re.compile(r"PASSWORD|SECRET_KEY$|AUTH$")


def settings_documented() -> set[str]:
    return set(re.findall(r"^\| `(\w+)`", (ROOT / "docs/reference/settings.md").read_text(), re.M))


def example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_every_part_of_the_plant_is_a_service() -> None:
    assert {"database", "roles", "broker", "migrate", "web", "worker", "collector", "beat", "events", "proxy"} == set(
        SERVICES
    )


@pytest.mark.parametrize("name", sorted(LONG_RUNNING))
def test_what_runs_on_is_checked_and_started_again(name: str) -> None:
    service = SERVICES[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries", "start_period"} <= service["healthcheck"].keys()


@pytest.mark.parametrize("name", sorted(compose.ONE_SHOT))
def test_what_runs_once_is_waited_for(name: str) -> None:
    assert SERVICES[name]["restart"] == "no"
    waiting = [other for other in SERVICES.values() if name in other.get("depends_on", {})]
    assert waiting
    assert {other["depends_on"][name]["condition"] for other in waiting} == {"service_completed_successfully"}


def test_only_the_proxy_is_published() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert not [name for name, service in SERVICES.items() if service.get("network_mode")]


def test_database_and_broker_have_no_way_out() -> None:
    assert compose.file()["networks"]["data"] == {"internal": True}
    for name in ("database", "roles", "broker", "migrate", "beat"):
        assert SERVICES[name]["networks"] == ["data"]
    assert "data" not in SERVICES["proxy"]["networks"]


def test_no_secret_has_a_default_and_none_is_written_down() -> None:
    for found in compose.VARIABLE.finditer(compose.TEXT):
        if found["name"] and SECRET.search(found["name"]):
            assert found["how"] == "?", f"{found['name']} must be refused when it is missing"
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            secret = value if SECRET.search(key) else "".join(re.findall(r"://[^:]*:(.*)@", str(value)))
            assert re.fullmatch(r"(\$\{\w+:\?[^}]*\})?", secret), f"{name}: {key} holds a literal secret"


def test_without_its_secrets_nothing_starts() -> None:
    complete = dict.fromkeys(example(), "x")
    compose.filled(SERVICES, complete)
    for name in (name for name in complete if SECRET.search(name)):
        with pytest.raises(KeyError, match=name):
            compose.filled(SERVICES, complete | {name: ""})


def test_the_example_names_every_variable_and_gives_no_secret() -> None:
    used = {found["name"] for found in compose.VARIABLE.finditer(compose.TEXT) if found["name"]}
    assert example().keys() == used
    assert [name for name, value in example().items() if value and SECRET.search(name)] == []


@pytest.mark.parametrize("name", sorted(compose.APPLICATION))
def test_the_programs_are_told_only_what_is_documented(name: str) -> None:
    assert SERVICES[name]["environment"].keys() <= settings_documented() | OF_OTHERS


def test_only_migrate_knows_the_owner() -> None:
    knowing = [name for name, service in SERVICES.items() if "DATABASE_OWNER" in str(service)]
    assert sorted(knowing) == ["migrate", "roles"]


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_images_are_pinned_to_a_release(name: str) -> None:
    image = compose.service(name, dict.fromkeys(example(), "x") | {"PLANTWRIGHT_VERSION": ""})["image"]
    assert re.fullmatch(r"[a-z/]+:\d+\.\d+[\w.-]*", image), image


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_nothing_can_gain_rights_or_change_its_own_files(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not service.get("privileged")
    if name != "database":  # its entrypoint hands the data over to the account postgres, and becomes that account
        assert service["cap_drop"] == ["ALL"]


def test_what_is_kept_lies_in_volumes() -> None:
    used = {volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    assert used == compose.file()["volumes"].keys()
    for name in ("database", "broker", "beat"):
        assert SERVICES[name]["volumes"]


def test_web_and_worker_see_the_same_files() -> None:
    assert SERVICES["web"]["volumes"] == SERVICES["worker"]["volumes"] == ["media:/var/lib/plantwright/media"]
