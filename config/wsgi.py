"""The site for WSGI servers: the API, the admin and the client's files.

There are no WebSockets here: the client polls instead. The server must allow threads, because
passwords are hashed and notifications are sent in background threads.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.web.workers import enable_multiprocess_metrics

# Before anything imports prometheus_client.
enable_multiprocess_metrics()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from servestatic import ServeStatic  # noqa: E402

from config.web.telemetry import start_telemetry  # noqa: E402

start_telemetry()
django = get_wsgi_application()

# Import after Django is set up, because these import models.
from accounts.metric_collectors import AccountCollector  # noqa: E402
from config.web.metrics import CachedCollector  # noqa: E402
from config.web.probes import Probes  # noqa: E402
from config.web.static_files import with_static_files  # noqa: E402
from config.web.wsgi import with_limits_and_probes  # noqa: E402
from reservations.bookings.collectors import SalesCollector  # noqa: E402
from webhooks.metric_collectors import WebhookCollector  # noqa: E402

probes = Probes(
    CachedCollector(SalesCollector()),
    CachedCollector(AccountCollector()),
    CachedCollector(WebhookCollector()),
)
application = with_limits_and_probes(with_static_files(django, server=ServeStatic), probes)
