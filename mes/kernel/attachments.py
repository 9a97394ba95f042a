"""Files that people attach to records, such as certificates: what is taken, and how they are handed out.

A file is known by its first bytes, not by the name it came with, and is kept under a name of ours without a suffix.
"""

from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from mes.kernel.refusals import FieldError, InvalidInput

LARGEST_B = 5 * 1024 * 1024
# first bytes -> (suffix, media type)
_KINDS = {
    b"%PDF-": ("pdf", "application/pdf"),
    b"\x89PNG\r\n\x1a\n": ("png", "image/png"),
    b"\xff\xd8\xff": ("jpg", "image/jpeg"),
}


def check_attachment(file: File, where: str = "certificate", largest_b: int = LARGEST_B) -> None:
    """Raise InvalidInput unless the file is a PDF, PNG or JPEG of at most that many bytes, by default 5 MB."""
    if file.size > largest_b:
        sentence = _("It has {size:.1f} MB; the most is {most} MB.").format(
            size=file.size / 1024 / 1024, most=largest_b // 1024 // 1024
        )
    elif kind_of(file) is None:
        sentence = _("It is not a PDF, PNG or JPEG file.")
    else:
        return
    raise InvalidInput(_("The file can't be taken."), do=_("Attach another one."), errors=[FieldError(where, sentence)])


def attachment_response(file: File, name: str) -> FileResponse:
    """Hand out a stored file for download as `name`, without suffix. Raises Http404 when it is not there (any more).

    It was uploaded by somebody, so a browser may keep it and may not open it as a page of ours.
    """
    try:
        opened = file.open("rb")
    except (OSError, SuspiciousFileOperation, ValueError) as error:
        raise Http404 from error
    kind = kind_of(opened)
    if kind is None:
        raise Http404
    suffix, content_type = kind
    response = FileResponse(opened, as_attachment=True, filename=f"{name}.{suffix}", content_type=content_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def kind_of(file: File) -> tuple[str, str] | None:
    """Suffix and media type of a file by its first bytes; None: of no kind that is taken."""
    file.seek(0)
    begin = file.read(16)
    file.seek(0)
    return next((kind for magic, kind in _KINDS.items() if begin.startswith(magic)), None)
