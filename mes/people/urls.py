"""The office's addresses of people and what they are qualified for."""

from django.urls import path

from mes.people.views import labor, people, qualifications

urlpatterns = [
    path("labor/", labor.labor, name="labor"),
    path("labor/enter/", labor.enter, name="labor_enter"),
    path("labor/<uuid:pk>/correct/", labor.correct, name="labor_correct"),
    path("labor/of-order/<str:erp_reference>/", labor.order_labor, name="order_labor"),
    path("qualifications/", qualifications.qualifications, name="qualifications"),
    path("people/<str:username>/", people.person, name="person"),
    path("people/<str:username>/grant/", people.grant, name="person_grant"),
    path("people/<str:username>/<str:code>/withdraw/", people.withdraw, name="person_withdraw"),
    path("people/<str:username>/<str:code>/certificate", people.certificate, name="person_certificate"),
]
