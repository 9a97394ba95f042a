"""The product's addresses as a demo has them."""

from django.urls import include, path

from mes.urls import urlpatterns as product

urlpatterns = [*product, path("demo/", include("mes.demo.urls"))]
