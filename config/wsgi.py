"""The site for hosts that speak WSGI alone: all of the API, the admin, and the client's files.

There are no sockets here: the client asks for changes every few seconds instead. The server needs
threads, because passwords are hashed, and other processes told of changes, in threads of their own.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from web.workers import enable_multiprocess_metrics

# Before anything is imported that counts.
enable_multiprocess_metrics()

from django.core.wsgi import get_wsgi_application  # noqa: E402

from web.telemetry import start_telemetry  # noqa: E402

start_telemetry()
django = get_wsgi_application()

# After Django is set up, because these import models.
from accounts.metric_collectors import AccountCollector  # noqa: E402
from reservations.collectors import SalesCollector  # noqa: E402
from web.metrics import CachedCollector  # noqa: E402
from web.probes import Probes, with_probes_for_wsgi  # noqa: E402
from web.request_limits import with_request_limits_for_wsgi  # noqa: E402
from web.static_files import with_static_files_for_wsgi  # noqa: E402

probes = Probes(CachedCollector(SalesCollector()), CachedCollector(AccountCollector()))
application = with_request_limits_for_wsgi(
    with_probes_for_wsgi(with_static_files_for_wsgi(django), probes)
)
