"""Addresses of plant files, below /plant-files/."""

from django.urls import path

from mes.plantfiles import views

urlpatterns = [
    path("", views.plant_files, name="plant_files"),
    path("download/", views.download, name="plant_files_download"),
]
