"""The folder that plant files are in: on disk, or in a zip. Nothing is ever unpacked."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from django.utils.translation import gettext as _

from mes.kernel.refusals import InvalidInput
from mes.plantfiles.kinds import FOLDERS

MARK = "plant.yaml"
LARGEST_B = 256 * 1024 * 1024  # of a zip's content, before it is read: a small zip may claim to be a huge one
MOST_FILES = 50_000

# Path below the folder -> content.
Files = Mapping[str, bytes]


class FolderUnreadable(InvalidInput):
    """There is no folder, or no zip, with plant files in it."""


def read_folder(folder: Path) -> Files:
    """The files of a folder. Raises FolderUnreadable."""
    if not folder.is_dir():
        raise FolderUnreadable(
            _("There is no folder {folder}.").format(folder=folder),
            do=_("Give the path of the folder with plant.yaml in it."),
        )
    found: dict[str, bytes] = {}
    try:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and not name.startswith("."):
                found[name] = path.read_bytes()
    except OSError as error:
        raise FolderUnreadable(
            _("{file} can't be read: {reason}.").format(file=error.filename, reason=error.strerror),
            do=_("Make it readable."),
        ) from error
    return found


def read_zip(content: bytes) -> Files:
    """The files in a zip; a folder that holds them all is left out of their names. Raises FolderUnreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if sum(entry.file_size for entry in entries) > LARGEST_B or len(entries) > MOST_FILES:
                raise FolderUnreadable(
                    _("The zip holds more than {largest} MB or {most} files.").format(
                        largest=LARGEST_B // 1024 // 1024, most=MOST_FILES
                    ),
                    do=_("Let an administrator run manage.py import_plant."),
                )
            found = {entry.filename: archive.read(entry) for entry in entries}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise FolderUnreadable(
            _("It is no zip that can be read."), why=str(error), do=_("Choose another file.")
        ) from error
    except (ValueError, zipfile.zlib.error) as error:
        raise FolderUnreadable(_("The zip is damaged."), why=str(error), do=_("Make it again.")) from error
    marks = sorted((name for name in found if PurePosixPath(name).name == MARK), key=len)
    top = marks[0].removesuffix(MARK) if marks else ""
    return {name.removeprefix(top): content for name, content in sorted(found.items()) if name.startswith(top)}


def write_folder(folder: Path, files: Files) -> None:
    """Make the folder hold exactly these plant files; what else is in it stays. Raises FolderUnreadable.

    Only an empty folder, or one that plant files were written to before, is written to.
    """
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).is_file())):
        raise FolderUnreadable(
            _("{folder} holds something else.").format(folder=folder),
            do=_("Give a new folder, or one with {mark} in it: its files are replaced.").format(mark=MARK),
        )
    for name in FOLDERS:
        for path in sorted((folder / name).rglob("*"), reverse=True):
            if path.is_file() and path.relative_to(folder).as_posix() not in files:
                path.unlink()
            elif path.is_dir() and not any(path.iterdir()):
                path.rmdir()
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != content:
            path.write_bytes(content)


def zip_of(files: Files) -> bytes:
    """A zip of the files; the same files give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(f"plant/{name}", date_time=(2000, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()
