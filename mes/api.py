"""Wiring: the addresses of the REST API. See docs/api.md."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from mes.kernel.refusals import NotFound
from mes.station.api import CompleteOperation, RecordSteps, StartOperation


class NothingHere(APIView):
    """Any other address below /api/: a problem, not a page."""

    permission_classes = [AllowAny]
    schema = None

    def initial(self, request, *args, **kwargs):
        raise NotFound("There is nothing at this address.", do="See /api/v1/openapi.json.")


_OPERATION = "v1/units/<str:serial>/operations/<str:code>"

urlpatterns = [
    path("v1/openapi.json", SpectacularJSONAPIView.as_view(), name="api_openapi"),
    path(f"{_OPERATION}/start", StartOperation.as_view(), name="api_operation_start"),
    path(f"{_OPERATION}/record", RecordSteps.as_view(), name="api_operation_record"),
    path(f"{_OPERATION}/complete", CompleteOperation.as_view(), name="api_operation_complete"),
    re_path("", NothingHere.as_view(), name="api_nothing_here"),
]
