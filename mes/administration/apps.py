from django.contrib.admin.apps import AdminConfig


class Administration(AdminConfig):
    """Django's administration with the product's own site in place of Django's."""

    default_site = "mes.administration.site.Site"
