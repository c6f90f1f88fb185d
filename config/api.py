"""The API for ASGI servers of its own; sockets are served by `config.asgi`."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.workers import count_together

# Before anything is imported that counts.
count_together()

from django.core.wsgi import get_wsgi_application  # noqa: E402

from config.telemetry import start_telemetry  # noqa: E402
from config.threads import in_threads  # noqa: E402

# Those that wait at the desk hold no connection to the database, and are what it batches.
THREADS = 64

start_telemetry()
django = in_threads(get_wsgi_application(), threads=THREADS)

# After Django is set up, because these import models.
from accounts.metric_collectors import AccountCollector  # noqa: E402
from config.async_views import with_async_views  # noqa: E402
from config.bounds import with_bounds  # noqa: E402
from config.large_answers import LargeAnswers  # noqa: E402
from config.metrics import Kept  # noqa: E402
from config.probes import Probes, with_probes  # noqa: E402
from reservations.tallies import SalesTallies  # noqa: E402

probes = Probes(Kept(SalesTallies()), Kept(AccountCollector()))
application = with_bounds(with_async_views(with_probes(LargeAnswers(django), probes)))

# What is loaded by now stays, and a request leaves hardly any cycles behind. Looking through it all
# for garbage made one click in a hundred wait twice as long.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
