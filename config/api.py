"""The API for ASGI servers of its own; sockets are served by `config.asgi`."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from web.workers import enable_multiprocess_metrics

# Before anything is imported that counts.
enable_multiprocess_metrics()

from django.core.wsgi import get_wsgi_application  # noqa: E402

from web.telemetry import start_telemetry  # noqa: E402
from web.wsgi_threads import run_wsgi_in_threads  # noqa: E402

# Those that wait at the desk hold no connection to the database, and are what it batches.
THREADS = 64

start_telemetry()
django = run_wsgi_in_threads(get_wsgi_application(), threads=THREADS)

# After Django is set up, because these import models.
from accounts.metric_collectors import AccountCollector  # noqa: E402
from reservations.collectors import SalesCollector  # noqa: E402
from web.async_views import with_async_views  # noqa: E402
from web.large_responses import LargeResponses  # noqa: E402
from web.metrics import CachedCollector  # noqa: E402
from web.probes import Probes, with_probes  # noqa: E402
from web.request_limits import with_request_limits  # noqa: E402

probes = Probes(CachedCollector(SalesCollector()), CachedCollector(AccountCollector()))
application = with_request_limits(with_async_views(with_probes(LargeResponses(django), probes)))

# What is loaded by now stays, and a request leaves hardly any cycles behind. Looking through it all
# for garbage made one click in a hundred wait twice as long.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
