"""People, their secrets, roles and qualifications."""

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import make_password
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mes.kernel.constraints import both_or_neither
from mes.kernel.keys import uuid7
from mes.kernel.personnel.roles import Permission, Role, administration_permission, permissions_of
from mes.kernel.records import History, Record, person_field


class People(BaseUserManager["Person"]):
    def create_superuser(self, username: str, password: str, **fields: Any) -> "Person":
        """For `manage.py createsuperuser` on a new system: an administrator, not somebody without limits."""
        return self.create(
            username=username,
            roles=[Role.ADMINISTRATOR],
            password=make_password(password),
            full_name=username,
            **fields,
        )


class Person(Record, AbstractBaseUser):
    """A person of the plant (ISA-95: person). Never deleted, never renamed to somebody else: disabled.

    badge: the code on the badge, identifies; pin: hashed, together with the badge logs on at a station. token: by which
    the person came to the API; what they may do, and which sites they see, is then narrowed to it.
    """

    token: "ApiToken | None" = None
    last_login = None  # log-ins are the ledger's, a column would be written at each
    username = models.CharField(max_length=64, unique=True)
    full_name = models.CharField(max_length=120)
    badge = models.CharField(max_length=64, unique=True, null=True, blank=True)
    pin = models.CharField(max_length=128, blank=True, editable=False)
    roles = ArrayField(models.CharField(max_length=16, choices=Role), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    failed_secrets = models.PositiveSmallIntegerField(default=0, editable=False)
    locked_until = models.DateTimeField(null=True, blank=True, editable=False)

    history = History(excluded_fields=["password", "pin"])
    objects = People()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name_plural = lazy("people")
        ordering = ["full_name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(roles__contained_by=list(Role.values)),
                name="person_roles_known",
                violation_error_message=lazy("A role is not one of the documented roles."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def initials(self) -> str:
        words = self.full_name.split() or ["?"]
        return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        own = permissions_of(self.roles) if self.is_active else frozenset()
        return own.intersection(self.token.scopes) if self.token and self.token.scopes else own

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    @property
    def is_staff(self) -> bool:
        """May enter the administration pages: whoever may see master data or people there."""
        return self.may(Permission.VIEW_MASTER_DATA) or self.may(Permission.VIEW_PEOPLE)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        needed = administration_permission(perm)
        return needed is not None and self.may(needed)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff


class Qualification(Record):
    """A skill or certificate that an operation may ask for (ISA-95: qualification test specification)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    history = History()

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


def certificate_path(grant: "PersonQualification", name: str) -> str:
    """Where an uploaded certificate is kept: by a key of ours, so that a file's own name decides nothing."""
    return f"certificates/{uuid7()}"


class PersonQualification(Record):
    """A person has a qualification, at a level, until a date (ISA-95: qualification test result).

    A grant. evidence: what it rests on, in words; expires_date: the last day on which it holds, None: for good.
    Granting it again renews it; withdrawn, it counts for nothing until it is granted anew.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="qualifications")
    qualification = models.ForeignKey(Qualification, on_delete=models.PROTECT, related_name="holders")
    level = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    granted_at = models.DateTimeField()
    granted_by = person_field()
    expires_date = models.DateField(null=True, blank=True)
    evidence = models.CharField(max_length=300, blank=True)
    certificate = models.FileField(upload_to=certificate_path, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = person_field(null=True, blank=True)
    withdrawal_reason = models.CharField(max_length=200, blank=True)

    history = History()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "qualification"],
                name="person_qualification_once",
                violation_error_message=lazy("This person has this qualification already: change its level or date."),
            ),
            models.CheckConstraint(
                condition=Q(level__gte=1),
                name="person_qualification_level",
                violation_error_message=lazy("A level is 1 or more."),
            ),
            models.CheckConstraint(
                condition=~Q(person=F("granted_by")),
                name="person_qualification_by_another",
                violation_error_message=lazy("Nobody grants their own qualifications."),
            ),
            models.CheckConstraint(
                condition=both_or_neither(Q(withdrawn_at__isnull=True), Q(withdrawn_by__isnull=True)),
                name="person_qualification_withdrawn_by_whom",
                violation_error_message=lazy("A withdrawal says who did it, and when."),
            ),
        ]

    def __str__(self) -> str:
        return _("{qualification}, level {level}").format(qualification=self.qualification, level=self.level)


class ApiToken(Record):
    """A bearer token of the API. The token itself is not stored.

    scopes narrow what its person may do, sites where (keys; empty: all that the person has). No foreign keys: sites are
    of a floor above. One that the person has no access to, or not any more, counts for nothing.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    sites = ArrayField(models.UUIDField(), default=list, blank=True)
    created_at = models.DateTimeField()
    created_by = person_field(null=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = person_field(null=True)

    history = History(excluded_fields=["token_hash"])

    def __str__(self) -> str:
        return self.name or str(self.id)
