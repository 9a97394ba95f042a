"""Plant files over REST: the plant as a zip, and a zip to make it so."""

import hashlib
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from mes.kernel.door import open_door
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput
from mes.kernel.rest.fields import Input
from mes.kernel.rest.schema import acts, reads
from mes.kernel.rest.views import Endpoint
from mes.plantfiles.actions.plant import import_plant
from mes.plantfiles.actions.rows import REASON
from mes.plantfiles.folders import Files, read_zip, zip_of
from mes.plantfiles.importers import rehearse
from mes.plantfiles.report import report_of
from mes.plantfiles.uploads import check_size
from mes.plantfiles.writing import export_for

_PARTS = {
    "multipart/form-data": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
        "additionalProperties": False,
    }
}
_DRY_RUN = OpenApiParameter("dry_run", OpenApiTypes.BOOL, description="Only say what would happen.")


class FileLine(serializers.Serializer):
    """Something about a line of a file."""

    file = serializers.CharField()
    line = serializers.IntegerField()
    what = serializers.CharField()


class AwaitedLine(FileLine):
    """A revision that is not yet what its file calls it. who: the user name of whoever has to sign."""

    who = serializers.CharField()


class PlantImportAnswer(serializers.Serializer):
    """What an import did, or with dry_run would do. counts: things created, updated and unchanged, by folder.

    missing: secrets that are not here, as no file has any.
    """

    applied = serializers.BooleanField()
    counts = serializers.DictField(child=serializers.DictField(child=serializers.IntegerField()))
    changes = FileLine(many=True)
    awaiting = AwaitedLine(many=True)
    missing = FileLine(many=True)


class PlantImportQuery(Input):
    dry_run = serializers.BooleanField(default=False)


class PlantFiles(Endpoint):
    parser_classes = [MultiPartParser]
    permissions = {"GET": Permission.IMPORT_PLANT, "POST": Permission.IMPORT_PLANT}

    @reads(
        {(200, "application/zip"): OpenApiTypes.BINARY},
        name="export_plant",
        summary="The plant as a zip of YAML files, as far as you may see it",
        missing=False,
    )
    def get(self, request: Request) -> HttpResponse:
        response = HttpResponse(zip_of(export_for(request.user)), content_type="application/zip")
        response["Content-Disposition"] = 'attachment; filename="plant.zip"'
        return response

    @extend_schema(parameters=[_DRY_RUN])
    @acts(
        PlantImportAnswer,
        name="import_plant",
        summary="Make the plant what a zip of plant files says: all of it, or nothing",
        request=_PARTS,
    )
    def post(self, request: Request) -> Response:
        dry_run = self.read_query(PlantImportQuery)["dry_run"]
        content, person = self._content(), request.user
        files = read_zip(content)
        if dry_run:
            return Response(report_of(rehearse(files, person, self.at, is_trusted=False), applied=False))
        return Response(self._imported(files, hashlib.sha256(content).hexdigest(), person))

    def _content(self) -> bytes:
        given: Any = self.request.data.get("file")
        if not isinstance(given, UploadedFile):
            sentence = _("A zip is sent as the part `file` of multipart/form-data.")
            raise InvalidInput(_("There is no file."), do=sentence, errors=[FieldError("file", _("It is missing."))])
        check_size(given.size or 0)
        return given.read()

    def _imported(self, files: Files, digest: str, person: Any) -> dict[str, Any]:
        """The import, through a door whose key stands for the zip's content and not for its name."""
        with open_door(
            person=person,
            at=self.at,
            request_id=getattr(self.request._request, "request_id", ""),
            reason=REASON,
            key=self._key(),
            asked=self.asked(digest),
        ) as self.passage:
            if not self.passage.replayed:
                found = import_plant(
                    files=files, signers={}, is_trusted=False, is_rehearsal=False, by=person, at=self.at
                )
                self.passage.remember(**report_of(found, applied=True))
        return self.passage.answer
