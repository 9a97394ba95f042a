"""Wiring: every address of the product."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from mes.events.views import live_pass
from mes.health import healthz
from mes.kernel.personnel.admin import change_password
from mes.metrics import Metrics

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("metrics", Metrics.as_view(), name="metrics"),
    path("live/", live_pass, name="live_pass"),
    path("station/", include("mes.station.urls")),
    path("admin/password_change/", change_password),
    path("admin/", admin.site.urls),
    path("api/", include("mes.api")),
    path("orders/import/", include("mes.erp.urls")),
    path("plant-files/", include("mes.plantfiles.urls")),
    path("", include("mes.people.urls")),
    path("master-data/", include("orders.urls")),
    path("", include("mes.boards.urls")),
]

if settings.MES_DEMO:  # its sheet of badges tells secrets
    urlpatterns.append(path("demo/", include("mes.demo.urls")))
