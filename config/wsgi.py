"""The API for WSGI workers; sockets are served by `config.asgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# What is loaded by now stays, and a request leaves hardly any cycles behind. Looking through it all
# for garbage made one click in a hundred wait twice as long.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
