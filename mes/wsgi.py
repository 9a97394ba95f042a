import os

from django.core.wsgi import get_wsgi_application

import mes.celery  # noqa: F401 - makes it the application that tasks are published by

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mes.settings.demo")
application = get_wsgi_application()
