import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from mes.embedded.home import LOG_LIMIT_BYTES, ROOT, EmbeddedError, Home


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    home = Home(tmp_path / "new")
    first = home.secrets
    assert home.secrets == first
    assert stat.S_IMODE((home.path / "secrets.json").stat().st_mode) == 0o600
    assert Home(tmp_path / "other").secrets["secret_key"] != first["secret_key"]


def test_a_socket_path_stays_within_the_104_bytes_of_the_kernel(tmp_path: Path) -> None:
    deep = Home(tmp_path / ("long-folder-name-" * 12))
    assert len(f"{deep.secrets['socket_folder']}/.s.PGSQL.5432") < 104


def test_data_without_its_passwords_is_not_started_with_wrong_ones(tmp_path: Path) -> None:
    (tmp_path / "postgres-18").mkdir()
    with pytest.raises(EmbeddedError, match=r"secrets.json is missing.*Put it back"):
        Home(tmp_path).claim()


def test_a_log_that_has_grown_is_set_aside(tmp_path: Path) -> None:
    home = Home(tmp_path).make()
    home.log_file("web").write_bytes(b"x" * (LOG_LIMIT_BYTES + 1))
    assert not home.log_file("web").exists()
    assert (tmp_path / "log" / "web.old").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to act as two accounts")
def test_the_home_of_another_account_is_refused_with_a_sentence(open_folder: Path) -> None:
    python = shutil.which("python3", path="/usr/bin")
    if python is None:
        pytest.skip("needs a Python that every account can reach")
    home = Home(open_folder / "roots")
    home.claim()
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from pathlib import Path;"
        f"from mes.embedded.home import Home, EmbeddedError\n"
        f"try: Home(Path({str(home.path)!r})).claim()\n"
        "except EmbeddedError as refused: print(refused)"
    )
    answer = subprocess.run(
        [python, "-B", "-c", code], user="nobody", extra_groups=[], capture_output=True, text=True, check=True
    )
    assert answer.stdout == (
        f"{home.path} belongs to another account. Use that account, or set MES_HOME to a folder of your own.\n"
    )
