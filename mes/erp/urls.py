"""Addresses of taking orders over, below /orders/import/."""

from django.urls import path

from mes.erp import views

urlpatterns = [path("", views.order_import, name="order_import")]
