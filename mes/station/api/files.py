"""Files of steps over REST: stored first, then recorded by their digest."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from equipment.queries import sites_of
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, NotFound
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.shapes import shown
from mes.kernel.rest.views import Endpoint
from mes.kernel.stored_files import store, stored_file_response
from wip.references import name_of_file

_PARTS = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
        "additionalProperties": False,
    }
}


_CONTENT = {(200, media_type): OpenApiTypes.BINARY for media_type in ("application/pdf", "image/png", "image/jpeg")}


class StoredFileAnswer(serializers.Serializer):
    """A stored file. digest: its SHA-256, the value of a step that takes a file; size_b in bytes."""

    digest = serializers.CharField()
    media_type = serializers.CharField()
    size_b = serializers.IntegerField()


class Files(Endpoint):
    parser_classes = [MultiPartParser]
    permissions = {"POST": Permission.WORK}

    @acts(
        StoredFileAnswer,
        name="store_file",
        summary="Store a PDF, PNG or JPEG of at most 10 MB, to be recorded by its digest",
        request=_PARTS,
    )
    def post(self, request: Request) -> Response:
        """The same file is stored once, whatever the idempotency key: its digest is its name."""
        given: Any = request.data.get("file")
        if not isinstance(given, UploadedFile):
            sentence = _("A file is sent as the part `file` of multipart/form-data.")
            raise InvalidInput(_("There is no file."), do=sentence, errors=[FieldError("file", _("It is missing."))])
        return Response(shown(StoredFileAnswer, store(given)))


class OneFile(Endpoint):
    permissions = {"GET": Permission.VIEW_UNITS}

    @reads(_CONTENT, name="get_file", summary="A file that is recorded on a unit of your sites")
    def get(self, request: Request, digest: str) -> FileResponse:
        name = name_of_file(digest, sites_of(request.user))
        if name is None:
            raise NotFound(_("No unit of your sites has a file of this digest."), do=_("Check the digest."))
        return stored_file_response(digest, name)
