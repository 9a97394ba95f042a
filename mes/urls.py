"""Wiring: every address of the product."""

from django.contrib import admin
from django.urls import include, path

from mes.health import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("station/", include("mes.station.urls")),
    path("admin/", admin.site.urls),
    path("api/", include("mes.api")),
    path("orders/import/", include("mes.erp.urls")),
    path("", include("mes.boards.urls")),
]
