"""Files that belong to records, kept under MEDIA_ROOT by their SHA-256: one content is one file, and shows if altered.

The digest stands in the record; the file itself has no name and no suffix, and is served only by views that ask who may
see the record.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.files import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404

from mes.kernel.attachments import check_attachment, kind_of
from mes.kernel.refusals import Refusal

LARGEST_B = 10 * 1024 * 1024


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
    target = _path(digest)
    if not target.exists():
        _write(file, target)
    return StoredFile(digest, *kind, file.size)


def stored(digest: str) -> StoredFile | None:
    """The stored file of this digest."""
    path = _path(digest)
    if not path.is_file():
        return None
    with path.open("rb") as opened:
        kind = kind_of(File(opened))
    return StoredFile(digest, *kind, path.stat().st_size) if kind else None


def stored_file_response(digest: str, name: str) -> FileResponse:
    """Serve a stored file under a name: a picture to be looked at, anything else as a download.

    Raises Http404 when it is not there, FileAltered when its content does not give the digest any more.
    """
    known = stored(digest)
    if known is None:
        raise Http404
    opened = _path(digest).open("rb")
    if hashlib.file_digest(opened, "sha256").hexdigest() != digest:
        opened.close()
        raise FileAltered(
            f"The file {name} is not the one that was recorded.", do="Tell an administrator: storage was changed."
        )
    opened.seek(0)
    is_picture = known.media_type.startswith("image/")
    response = FileResponse(opened, as_attachment=not is_picture, filename=name, content_type=known.media_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _path(digest: str) -> Path:
    return Path(default_storage.path(f"files/{digest[:2]}/{digest[2:]}"))


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
