"""What matters of the image: locked libraries, no root, nothing in it that does not belong there."""

import re

import pytest

from mes.embedded.home import ROOT
from tests.deployment import image


def test_libraries_come_from_the_lock_alone() -> None:
    installs = [run for run in image.of_kind("RUN") if "pip install" in run]
    assert len(installs) == 1
    for flag in ("--require-hashes", "--no-deps", "--only-binary=:all:", "--requirement requirements.lock"):
        assert flag in installs[0]


def test_the_programs_do_not_run_as_root() -> None:
    assert image.instructions()[-2:] == [("USER", "10001:10001"), ("EXPOSE", "8000")]
    assert not [copy for copy in image.of_kind("COPY") if "--chown" in copy]  # the code stays root's, read-only


def test_base_images_are_pinned_to_the_patch() -> None:
    for base in image.of_kind("FROM"):
        assert re.match(r"python:3\.11\.\d+-slim-bookworm( AS \w+)?$", base)


def test_no_secret_is_kept_in_the_image() -> None:
    kept = " ".join(image.of_kind("ENV") + image.of_kind("ARG"))
    assert not re.search(r"SECRET|PASSWORD|URL", kept)


def test_static_files_are_collected_when_it_is_built() -> None:
    kinds = [kind for kind, _ in image.instructions()]
    collecting = next(n for n, (_, argument) in enumerate(image.instructions()) if "collectstatic" in argument)
    assert kinds.index("USER") > collecting > max(n for n, kind in enumerate(kinds) if kind == "COPY")


@pytest.mark.parametrize(
    "path",
    [".env", ".git/config", "var/secrets.json", "tests/conftest.py", ".venv/bin/python", "mes/__pycache__/x.pyc",
     "static_collected/a.css", "docker-compose.yml"],
)  # fmt: skip
def test_what_does_not_belong_into_the_image_stays_out(path: str) -> None:
    assert image.ignored(path)


def test_what_the_programs_need_goes_in() -> None:
    for path in ("manage.py", "requirements.lock", "mes/urls.py", "wip/models/holds.py", "templates/base.html"):
        assert (ROOT / path).exists()
        assert not image.ignored(path)
