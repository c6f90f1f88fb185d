"""The API for WSGI workers; sockets are served by `config.asgi`."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.workers import count_together

# Before anything is imported that counts.
count_together()

from django.core.wsgi import get_wsgi_application  # noqa: E402

from config.telemetry import start_telemetry  # noqa: E402

start_telemetry()
django_application = get_wsgi_application()

# After Django is set up, because these import models.
from accounts.tallies import AccountTallies  # noqa: E402
from config.metrics import Kept  # noqa: E402
from config.probes import Probes, with_probes_wsgi  # noqa: E402
from reservations.tallies import SalesTallies  # noqa: E402

application = with_probes_wsgi(
    django_application, Probes(Kept(SalesTallies()), Kept(AccountTallies()))
)

# What is loaded by now stays, and a request leaves hardly any cycles behind. Looking through it all
# for garbage made one click in a hundred wait twice as long.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
