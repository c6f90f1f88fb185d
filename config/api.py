"""The API for ASGI servers of its own; sockets are served by `config.asgi`."""

import gc
import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from config.workers import count_together

# Before anything is imported that counts.
count_together()

from a2wsgi import WSGIMiddleware  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

from config.telemetry import start_telemetry  # noqa: E402

# Those that wait at the desk hold no connection to the database, and are what it batches.
THREADS = 64

start_telemetry()
django = WSGIMiddleware(get_wsgi_application(), workers=THREADS)  # type: ignore[arg-type]


async def django_in_threads(scope: Any, receive: Any, send: Any) -> None:
    async def receiving() -> Any:
        return await receive()

    # Granian gives futures, of which another thread can make nothing.
    await django(scope, receiving, send)


# After Django is set up, because these import models.
from accounts.tallies import AccountTallies  # noqa: E402
from config.clicks import with_short_way  # noqa: E402
from config.metrics import Kept  # noqa: E402
from config.probes import Probes, with_probes  # noqa: E402
from reservations.tallies import SalesTallies  # noqa: E402

probes = Probes(Kept(SalesTallies()), Kept(AccountTallies()))
application = with_short_way(with_probes(django_in_threads, probes))

# What is loaded by now stays, and a request leaves hardly any cycles behind. Looking through it all
# for garbage made one click in a hundred wait twice as long.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
