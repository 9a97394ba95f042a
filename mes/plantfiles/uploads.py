"""A zip between its preview and its import: kept in the storage for a day, and handed back to its uploader only."""

import hashlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core import signing
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from mes.kernel.refusals import InvalidInput

KEPT_FOR = timedelta(days=1)
LARGEST_B = 64 * 1024 * 1024

_signer = signing.TimestampSigner(salt="mes.plantfiles.upload")


def check_size(size_b: int) -> None:
    """Raise InvalidInput for a zip that is too large to be taken from a browser or a program."""
    if size_b > LARGEST_B:
        raise InvalidInput(
            _("The zip has more than {most} MB.").format(most=LARGEST_B // 1024 // 1024),
            do=_("Let an administrator run manage.py import_plant."),
        )


def keep(content: bytes, person: Any, at: datetime) -> str:
    """Keep the zip and return the ticket for it. Those that nobody came back for are removed."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.stat().st_mtime < (at - KEPT_FOR).timestamp():
            path.unlink(missing_ok=True)
    digest = hashlib.sha256(content).hexdigest()
    draft = folder / f"{digest}.{os.getpid()}"
    draft.write_bytes(content)
    draft.replace(folder / digest)
    return _signer.sign(f"{person.pk}:{digest}")


def kept(ticket: str, person: Any) -> bytes:
    """The zip of a ticket. Raises InvalidInput when it is somebody else's, or gone."""
    try:
        owner, _colon, digest = _signer.unsign(ticket, max_age=KEPT_FOR).partition(":")
        content = (_folder() / digest).read_bytes()
    except (signing.BadSignature, OSError) as error:
        raise InvalidInput(_("The zip of the preview is not there any more."), do=_("Choose it again.")) from error
    if owner != str(person.pk) or hashlib.sha256(content).hexdigest() != digest:
        raise InvalidInput(_("The zip is not the one that was previewed."), do=_("Choose it again."))
    return content


def _folder() -> Path:
    return Path(default_storage.path("plant-files"))
