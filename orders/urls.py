"""The addresses of the master data, for the office."""

from django.urls import path

from orders.views import master_data, revisions

_REVISION = "revisions/<slug:kind>/<uuid:pk>/"

urlpatterns = [
    path("", master_data.in_work, name="master_data"),
    path("products/", master_data.products, name="products"),
    path("products/<uuid:pk>/", master_data.product_page, name="product"),
    path("routings/", master_data.routings, name="routings"),
    path("instructions/", master_data.instructions, name="instructions"),
    path(_REVISION, revisions.revision_page, name="revision"),
    path(f"{_REVISION}history/", revisions.history, name="revision_history"),
    path(f"{_REVISION}<slug:verb>/", revisions.act, name="revision_act"),
]
