import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

import mes.celery  # noqa: F401 - makes it the application that tasks are published by

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mes.settings.demo")
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 - loads every view before the server forks: shared memory, no slow first click

# What is loaded by now lives as long as the process: the collector need not look at it again. And a page makes some ten
# thousand short-lived objects: at Python's own threshold of 700 it would look at them while they are in use.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 50, 100)
