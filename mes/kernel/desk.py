"""What every office page has in common: who may see it, its way through the door, and its answer to a post."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from mes.kernel.door import Passage, fingerprint, open_door
from mes.kernel.personnel.policies import check_permission
from mes.kernel.personnel.roles import Permission
from mes.kernel.refusals import FieldError, InvalidInput, Refusal
from mes.kernel.words import label_of

View = Callable[..., HttpResponse]


def office(permission: Permission) -> Callable[[View], View]:
    """A page for people who are logged in and have the permission; others are led to the log-in or get a 403."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            check_permission(request.user, permission)  # type: ignore[arg-type]
            return view(request, *args, **kwargs)

        return login_required(guarded)

    return wrap


@contextmanager
def desk_door(request: HttpRequest, *, reason: str = "") -> Iterator[Passage]:
    """Open the door for what a form posts, with the key that was made when the form was shown."""
    key = request.POST.get("idempotency_key", "")
    if not 8 <= len(key) <= 64 or "\0" in key:
        raise InvalidInput(_("The form came without its key."), do=_("Load the page again, then repeat what you did."))
    content = {name: request.POST.getlist(name) for name in request.POST if name not in _NOT_CONTENT}
    with open_door(
        person=request.user,
        request_id=getattr(request, "request_id", ""),
        reason=reason,
        key=key,
        asked=fingerprint(request.path, content),
    ) as passage:
        yield passage


# A password in a stored digest could be found by trying: the fingerprint of a request leaves secrets out.
_NOT_CONTENT = {"csrfmiddlewaretoken", "idempotency_key", "password"}


def answer(request: HttpRequest, passage: Passage) -> HttpResponse:
    """Say what was done and lead on: `said` and `to` of the passage's answer, the same when it is replayed."""
    messages.success(request, passage.answer["said"])
    to = passage.answer["to"]
    return HttpResponseClientRedirect(to) if getattr(request, "htmx", False) else redirect(to)


def cleaned(form: forms.Form) -> dict[str, Any]:
    """The form's values. Raises InvalidInput with what is wrong, field by field."""
    if form.is_valid():
        return form.cleaned_data
    errors = [
        FieldError(label_of(form, name) if name in form.fields else _("form"), str(sentence))
        for name, sentences in form.errors.items()
        for sentence in sentences
    ]
    raise InvalidInput(_("Something in the form is not right."), do=_("Correct what is named."), errors=errors)


def refusal_of(check: Callable[..., Any], *args: Any, **kwargs: Any) -> Refusal | None:
    """What a rule that raises would say: for a button that explains why it can't be pressed now."""
    try:
        check(*args, **kwargs)
    except Refusal as refusal:
        return refusal
    return None


def text_of(request: HttpRequest, name: str) -> str:
    """A text in the address, fit to be searched for: trimmed, without NUL, at most 100 characters."""
    return request.GET.get(name, "").replace("\0", "").strip()[:100]
