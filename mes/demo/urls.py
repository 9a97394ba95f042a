from django.urls import path

from mes.demo import views

urlpatterns = [path("badges/", views.badges, name="demo_badges")]
