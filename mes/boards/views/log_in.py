from typing import Any

from django.contrib.auth.views import LoginView
from django.utils import timezone

from mes.boards.forms import LogInForm


class LogInView(LoginView):
    """Log-in for the office; where it leads to has to be an address of ours."""

    authentication_form = LogInForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "at": timezone.now()}
