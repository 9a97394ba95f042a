"""Small secrets at rest, passwords and private keys of machines: sealed under keys that come from SECRET_KEY.

Fernet (AES-128-CBC and HMAC-SHA256), its key derived by HKDF-SHA256. What was sealed under a key that stands in
SECRET_KEY_FALLBACKS still opens; `manage.py reseal_secrets` seals it anew under the present one.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Any, Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django import forms
from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from mes.kernel.refusals import Refusal

# A purpose of its own: no key that is derived for something else is this one. Changing it loses what is sealed.
_PURPOSE = b"plantwright: secrets at rest, 1"


class SealBroken(Refusal):
    """What is stored does not open under any key there is, or was altered."""


@lru_cache(maxsize=4)
def _fernet(*secret_keys: str) -> MultiFernet:
    return MultiFernet([Fernet(urlsafe_b64encode(_derived(key))) for key in secret_keys])


def _derived(secret_key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret_key.encode())


def _present() -> MultiFernet:
    return _fernet(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


class Secret:
    """A text that is sealed wherever it goes, and shows itself nowhere: not in repr, page, log or traceback.

    Only `reveal()` gives the plain text. Empty is falsy, and stored as the empty text.
    """

    __slots__ = ("sealed",)

    def __init__(self, sealed: str) -> None:
        self.sealed = sealed

    @classmethod
    def of(cls, plain: str) -> Self:
        return cls(_present().encrypt(plain.encode()).decode() if plain else "")

    def reveal(self) -> str:
        """The plain text. Raises SealBroken."""
        if not self.sealed:
            return ""
        try:
            return _present().decrypt(self.sealed.encode()).decode()
        except InvalidToken:
            raise _broken() from None

    def resealed(self) -> "Secret":
        """The same text under the present key. Raises SealBroken."""
        try:
            return Secret(_present().rotate(self.sealed.encode()).decode() if self.sealed else "")
        except InvalidToken:
            raise _broken() from None

    def __bool__(self) -> bool:
        return bool(self.sealed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.sealed == self.sealed

    def __hash__(self) -> int:
        return hash(self.sealed)

    def __repr__(self) -> str:
        return "<sealed>" if self.sealed else "<none>"

    def __str__(self) -> str:
        return str(_("(set)")) if self.sealed else ""


def _broken() -> SealBroken:
    return SealBroken(
        _("A stored secret can't be opened."),
        why=_("It was sealed under a SECRET_KEY that this installation does not have, or was altered."),
        do=_("Put the former key into SECRET_KEY_FALLBACKS, or enter the secret again."),
    )


class _Kept:
    """The attribute of a SealedField: always a Secret, whatever is assigned."""

    def __init__(self, field: models.Field) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> Any:
        if instance is None:
            return self
        if self.field.attname not in instance.__dict__:
            instance.refresh_from_db(fields=[self.field.attname])
        return instance.__dict__[self.field.attname]

    def __set__(self, instance: models.Model, value: Secret | str | None) -> None:
        instance.__dict__[self.field.attname] = value if isinstance(value, Secret) else Secret.of(value or "")


class _WriteOnly(forms.CharField):
    """Shows nothing of what is stored; left empty, it keeps it."""

    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})

    def prepare_value(self, value: Any) -> Any:
        return "" if isinstance(value, Secret) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


class SealedField(models.Field):
    """A text that the database holds sealed. Its attribute is a `Secret`; assigning a plain text seals it.

    History leaves it out, forms never show it, and left empty in a form it stays as it is. (No TextField: the
    administration pages would give that a text area with everything in it.)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"blank": True, "default": "", **kwargs})

    def get_internal_type(self) -> str:
        return "TextField"

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Kept(self))

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Secret:
        return Secret(value or "")

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, Secret) else Secret.of(value or "")

    def get_prep_value(self, value: Any) -> str:
        return (value if isinstance(value, Secret) else Secret.of(value or "")).sealed

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        return self.to_python(value)

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        if data:
            setattr(instance, self.attname, data)

    def formfield(self, **kwargs: Any) -> forms.Field | None:  # type: ignore[override]
        asked = {"form_class": _WriteOnly, "required": False, "help_text": lazy("Leave empty to keep what is stored.")}
        return super().formfield(**{**kwargs, **asked})
