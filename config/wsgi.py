"""The site for hosts that speak WSGI alone: all of the API, the admin, and the client's files.

There are no sockets here: the client asks for changes every few seconds instead. The server needs
threads, because passwords are hashed, and other processes told of changes, in threads of their own.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.workers import count_together

# Before anything is imported that counts.
count_together()

from django.core.wsgi import get_wsgi_application  # noqa: E402

from config.telemetry import start_telemetry  # noqa: E402

start_telemetry()
django = get_wsgi_application()

# After Django is set up, because these import models.
from accounts.metric_collectors import AccountCollector  # noqa: E402
from config.bounds import with_bounds_for_wsgi  # noqa: E402
from config.metrics import Kept  # noqa: E402
from config.probes import Probes, with_probes_for_wsgi  # noqa: E402
from config.static import with_static_files_for_wsgi  # noqa: E402
from reservations.tallies import SalesTallies  # noqa: E402

probes = Probes(Kept(SalesTallies()), Kept(AccountCollector()))
application = with_bounds_for_wsgi(with_probes_for_wsgi(with_static_files_for_wsgi(django), probes))
