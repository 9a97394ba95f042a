"""import_plant and export_plant as an administrator runs them."""

import io
import json

import pytest
from django.contrib.auth.hashers import make_password
from django.core.management import call_command

from mes.kernel.door import open_door
from mes.kernel.personnel.models import Person
from mes.plantfiles.folders import read_zip, zip_of
from orders.models import ProductRevision
from tests.plantfiles.folder import FILES, changed, first_people

SECRET = "correct horse battery"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


def written(files, folder):
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def content_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def run(*arguments, fails=False):
    out, wrong = io.StringIO(), io.StringIO()
    if fails:
        with pytest.raises(SystemExit):
            call_command(*arguments, stdout=out, stderr=wrong)
    else:
        call_command(*arguments, stdout=out, stderr=wrong)
    return out.getvalue() + wrong.getvalue()


def test_a_folder_goes_in_and_comes_out_the_same(committed_database, tmp_path, monkeypatch):
    source, target = written(FILES, tmp_path / "plant"), tmp_path / "out"
    assert "createsuperuser" in run("import_plant", str(source), fails=True)
    first_people()
    with open_door(person=None):
        Person.objects.filter(username__in=["hiroshi", "mei"]).update(password=make_password(SECRET))
    assert "Say who does it" in run("import_plant", str(source), fails=True)
    dry = json.loads(run("import_plant", str(source), "--by", "omar", "--dry-run", "--json"))
    assert (dry["applied"], dry["counts"]["products"]["created"]) == (False, 4)
    assert not ProductRevision.objects.exists()
    monkeypatch.setenv("MES_PASSWORD_HIROSHI", SECRET)
    monkeypatch.setenv("MES_PASSWORD_MEI", "a wrong one")
    signed = ("import_plant", str(source), "--by", "omar", "--sign-as", "hiroshi", "--sign-as", "mei")
    assert "not right" in run(*signed, fails=True)
    assert not ProductRevision.objects.exists()
    monkeypatch.setenv("MES_PASSWORD_MEI", SECRET)
    said = run(*signed)
    assert "products: 4 created, 0 updated, 0 unchanged" in said
    assert "products/PUMP.yaml:1: new product PUMP" in said
    assert " 1 files" not in run("export_plant", str(target))
    assert content_of(target) == FILES
    again = json.loads(run(*signed, "--json"))
    assert again["changes"] == again["awaiting"] == []
    assert "security-profiles/NF/plain.yaml:1: security profile NF plain: The password of mes is not here" in said
    assert [one["line"] for one in again["missing"]] == [1]


def test_mistakes_come_with_file_and_line(committed_database, tmp_path):
    first_people()
    source = written(changed("sites/NF.yaml", "enterprise: ACME", "enterprise: X"), tmp_path / "plant")
    said = run("import_plant", str(source), "--by", "omar", fails=True)
    assert "sites/NF.yaml:3: enterprise: there is no enterprise X." in said
    report = json.loads(run("import_plant", str(source), "--by", "omar", "--json", fails=True))
    assert (report["applied"], report["errors"][0]["where"]) == (False, "sites/NF.yaml:3")
    assert "no folder" in run("import_plant", str(tmp_path / "nowhere"), "--by", "omar", fails=True)


@pytest.mark.django_db
def test_an_export_never_overwrites_something_else(plant, tmp_path):
    (tmp_path / "letter.txt").write_text("dear all")
    assert "holds something else" in run("export_plant", str(tmp_path), fails=True)
    folder = written({"plant.yaml": b"old", "products/GONE.yaml": b"x", "README.md": b"ours"}, tmp_path / "git")
    run("export_plant", str(folder))
    files = content_of(folder)
    assert "products/GONE.yaml" not in files
    assert (files["README.md"], files["plant.yaml"]) == (b"ours", b"format: 1\n")


def test_a_zip_is_read_wherever_its_folder_begins():
    assert read_zip(zip_of(FILES)) == FILES
    assert zip_of(FILES) == zip_of(dict(FILES))
