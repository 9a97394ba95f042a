from django.contrib.auth.views import LoginView

from mes.boards.forms import LogInForm


class LogInView(LoginView):
    """Log-in for the office; where it leads to has to be an address of ours."""

    authentication_form = LogInForm
