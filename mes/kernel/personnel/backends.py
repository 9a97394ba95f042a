"""Log-in by password for office users."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from mes.kernel.personnel.actions import secrets
from mes.kernel.personnel.models import Person
from mes.kernel.prepared import prepared
from mes.kernel.refusals import Refusal


class RoleBackend(BaseBackend):
    """Password log-in that counts failures and locks the person after five (never the address)."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> Person | None:
        if not username or not password:
            return None
        person = Person.objects.filter(username=username).first()
        try:
            return secrets.confirm_password(person=person, password=password, at=timezone.now())
        except Refusal:
            return None

    def get_user(self, user_id: Any) -> Person | None:
        return next(iter(_active(user_id)), None)


@prepared
def _active(person: UUID) -> QuerySet[Person]:
    return Person.objects.filter(pk=person, is_active=True).order_by()
