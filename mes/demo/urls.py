from django.urls import path

from mes.demo import views

urlpatterns = [
    path("badges/", views.badges, name="demo_badges"),
    path("machines/", views.machines, name="demo_machines"),
    path("machines/<slug:code>/<slug:fault>/", views.machine_fault, name="demo_machine_fault"),
]
