from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


class Site(admin.AdminSite):
    """Django's, which lists all that can be administered for every page; here it is listed where a page shows it."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        return SimpleLazyObject(lambda: super(Site, self).get_app_list(request, app_label))
