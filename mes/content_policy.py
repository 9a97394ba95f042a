"""The Content-Security-Policy, and its one exception."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

ADMINISTRATION = "/admin/"


class ContentPolicyMiddleware(CSPMiddleware):
    """Django's administration pages carry small inline styles, so those pages, and only those, may."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith(ADMINISTRATION):
            parts.update = {"style-src": [SELF, UNSAFE_INLINE], **(parts.update or {})}
        return parts
