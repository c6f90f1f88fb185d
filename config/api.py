"""The ASGI application for API servers: REST and the admin. `config.asgi` has WebSockets too."""

import gc
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.web.workers import enable_multiprocess_metrics

# Before anything imports prometheus_client.
enable_multiprocess_metrics()
# Nothing that is imported from here on is garbage.
gc.disable()

from django.core.wsgi import get_wsgi_application  # noqa: E402

from config.web.telemetry import start_telemetry  # noqa: E402

# Threads that wait for the command queue hold no database connection, and fill its batches.
THREADS = 64

start_telemetry()
django = get_wsgi_application()

# Import after Django is set up, because these import models.
from accounts.metric_collectors import AccountCollector  # noqa: E402
from config.web.async_views import with_async_views  # noqa: E402
from config.web.early_refusals import EarlyRefusals  # noqa: E402
from config.web.large_responses import LargeResponses  # noqa: E402
from config.web.metrics import CachedCollector  # noqa: E402
from config.web.probes import Probes, with_probes  # noqa: E402
from config.web.request_limits import with_request_limits  # noqa: E402
from config.web.wsgi_threads import run_wsgi_in_threads  # noqa: E402
from reservations.bookings.collectors import SalesCollector  # noqa: E402
from webhooks.metric_collectors import WebhookCollector  # noqa: E402

probes = Probes(
    CachedCollector(SalesCollector()),
    CachedCollector(AccountCollector()),
    CachedCollector(WebhookCollector()),
    answers_health=False,
)
django_in_threads = run_wsgi_in_threads(django, threads=THREADS)
application = with_request_limits(
    with_async_views(with_probes(LargeResponses(EarlyRefusals(django_in_threads)), probes))
)

# Exclude everything loaded so far from garbage collection, and collect less often, because requests
# create hardly any cycles. Full collections doubled the latency of one request in a hundred.
gc.collect()
gc.freeze()
gc.enable()
gc.set_threshold(20_000, 20, 20)
