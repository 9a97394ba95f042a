"""The pictures of steps, and the pictures, documents and films of instructions. They are uploaded files, so they are
shown as what they are and can do nothing else."""

import re
from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from mes.station.views.presence import device_of

PICTURES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}
MORE = {".pdf": "application/pdf", ".mp4": "video/mp4", ".webm": "video/webm"}
# What else is uploaded (certificates, photos of units) has an address of its own, which asks for more.
FOLDERS = {"steps": PICTURES, "instructions": PICTURES | MORE}
# An SVG opened by itself could carry script; the sandbox takes everything from it but its looks.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
# A browser's reader of PDF does not work in a sandbox; it opens in a frame of our own pages alone.
POLICY_OF_DOCUMENTS = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@require_safe
def picture(request: HttpRequest, path: str) -> HttpResponseBase:
    """A file of a step or an instruction, for a registered station or somebody who is logged in."""
    where = PurePosixPath(path)
    folder = where.parts[0] if where.parts and ".." not in where.parts else ""
    content_type = FOLDERS.get(folder, {}).get(where.suffix.lower())
    if content_type is None or not (request.user.is_authenticated or device_of(request)):
        raise Http404
    try:
        file = default_storage.open(path)
    except (OSError, SuspiciousFileOperation, ValueError) as error:
        raise Http404 from error
    response = _part_of(request, file, content_type) or FileResponse(file, content_type=content_type)
    is_document = content_type == "application/pdf"
    response["Content-Security-Policy"] = POLICY_OF_DOCUMENTS if is_document else POLICY
    if is_document:
        response["X-Frame-Options"] = "SAMEORIGIN"
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _part_of(request: HttpRequest, file: File, content_type: str) -> HttpResponse | None:
    """The part of a film that a player asks for, so that one can go forward in it (RFC 9110, 14.2); else None."""
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or asked[0] == "bytes=-" or file.size == 0:
        return None
    size = file.size
    first = int(asked[1]) if asked[1] else max(0, size - int(asked[2]))
    last = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
    if first > last:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    last = min(last, first + _MOST - 1)
    with file:
        file.seek(first)
        part = HttpResponse(file.read(last - first + 1), status=206, content_type=content_type)
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    return part


_MOST = 4 * 1024 * 1024  # bytes of one answer; the player asks for the next
