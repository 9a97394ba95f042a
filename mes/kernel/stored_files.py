"""Files that belong to records, kept under MEDIA_ROOT by their SHA-256: one content is one file, and shows if altered.

The digest stands in the record; the file itself has no name and no suffix, and is served only by views that ask who may
see the record. What was uploaded waits under `uploads` until a record names it, and is kept under `files` from then on:
only what waits is ever removed, so that nothing of a record is, whatever the database says.
"""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from mes.kernel.attachments import check_attachment, kind_of
from mes.kernel.refusals import Refusal

LARGEST_B = 10 * 1024 * 1024
_UPLOADS, _FILES = "uploads", "files"


class FileAltered(Refusal):
    """What is stored is not what was recorded: its digest differs."""


@dataclass(frozen=True)
class StoredFile:
    """A file that is stored. suffix, media_type: by its content."""

    digest: str
    suffix: str
    media_type: str
    size_b: int


def store(file: File, where: str = "file") -> StoredFile:
    """Keep an uploaded file: a PDF, PNG or JPEG of at most 10 MB. Storing it again changes nothing.

    Raises InvalidInput for any other file, naming `where`.
    """
    check_attachment(file, where, LARGEST_B)
    kind = kind_of(file)
    assert kind is not None, "checked above"
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    if about_to_be_recorded(digest) is None:
        _write(file, _path(_UPLOADS, digest))
    return StoredFile(digest, *kind, file.size)


def stored(digest: str) -> StoredFile | None:
    """The stored file of this digest."""
    opened = _open(digest)
    if opened is None:
        return None
    with opened:
        return _described(digest, opened)


def about_to_be_recorded(digest: str) -> StoredFile | None:
    """The stored file of this digest; one that waits begins its wait anew."""
    with suppress(FileNotFoundError):
        os.utime(_path(_UPLOADS, digest))
    return stored(digest)


def keep(digest: str) -> None:
    """A record names the file: keep it for good. Doing it again changes nothing."""
    target = _path(_FILES, digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        os.replace(_path(_UPLOADS, digest), target)


def waiting_since(moment: datetime) -> list[str]:
    """The digests of what was uploaded before that moment and is not kept; also what is left of a broken upload."""
    found = Path(default_storage.path(_UPLOADS)).glob("*/*")
    return [path.parent.name + path.name for path in found if _is_older(path, moment)]


def discard(digest: str, moment: datetime) -> bool:
    """Remove what waits since before that moment; False when it does not any more."""
    path = _path(_UPLOADS, digest)
    if not _is_older(path, moment):
        return False
    path.unlink(missing_ok=True)
    return True


def stored_file_response(digest: str, name: str) -> FileResponse:
    """Serve a stored file under a name: a picture to be looked at, anything else as a download.

    Raises Http404 when it is not there, FileAltered when its content does not give the digest any more.
    """
    opened = _open(digest)
    if opened is None:
        raise Http404
    known = _described(digest, opened)
    if known is None:
        opened.close()
        raise Http404
    if hashlib.file_digest(opened, "sha256").hexdigest() != digest:
        opened.close()
        raise FileAltered(
            _("The file {name} is not the one that was recorded.").format(name=name),
            do=_("Tell an administrator: storage was changed."),
        )
    opened.seek(0)
    is_picture = known.media_type.startswith("image/")
    response = FileResponse(opened, as_attachment=not is_picture, filename=name, content_type=known.media_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _path(folder: str, digest: str) -> Path:
    return Path(default_storage.path(f"{folder}/{digest[:2]}/{digest[2:]}"))


def _open(digest: str) -> BufferedReader | None:
    """The file, to be read; looked for where it waits first, because it moves from there to where it is kept."""
    for folder in (_UPLOADS, _FILES):
        with suppress(FileNotFoundError):
            return _path(folder, digest).open("rb")
    return None


def _described(digest: str, opened: BufferedReader) -> StoredFile | None:
    kind = kind_of(File(opened))
    return StoredFile(digest, *kind, os.fstat(opened.fileno()).st_size) if kind else None


def _is_older(path: Path, moment: datetime) -> bool:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime < moment.timestamp()
    return False


def _write(file: File, target: Path) -> None:
    """All of it or nothing: a file that is there under its digest is complete."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=target.parent, delete=False) as draft:
        file.seek(0)
        for chunk in file.chunks():
            draft.write(chunk)
        draft.flush()
        os.fsync(draft.fileno())
    os.replace(draft.name, target)
