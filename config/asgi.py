"""The whole site for an ASGI server: HTTP and sockets."""

import gc
import os

from django.core.asgi import get_asgi_application

from config.telemetry import start_telemetry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
start_telemetry()
django_http = get_asgi_application()

# After Django is set up, because these import models.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from accounts.metric_collectors import AccountCollector  # noqa: E402
from config.async_views import with_async_views  # noqa: E402
from config.bounds import with_bounds  # noqa: E402
from config.metrics import Kept  # noqa: E402
from config.origins import KnownOrigins  # noqa: E402
from config.probes import Probes, with_probes  # noqa: E402
from config.static import with_static_files  # noqa: E402
from realtime.crowds import Crowds  # noqa: E402
from realtime.daphne import is_ending, prepare_daphne  # noqa: E402
from realtime.routing import websocket_urlpatterns  # noqa: E402
from reservations.tallies import SalesTallies  # noqa: E402

# Where there are several servers, those of the API tell how sales stand.
tallies = [] if settings.REDIS_URL else [Kept(SalesTallies()), Kept(AccountCollector())]
probes = Probes(Crowds(), *tallies, is_ending=is_ending)

by_protocol = ProtocolTypeRouter(
    {
        "http": with_async_views(with_probes(with_static_files(django_http), probes)),
        "websocket": KnownOrigins(URLRouter(websocket_urlpatterns)),
    }
)
application = prepare_daphne(with_bounds(by_protocol))

# What is loaded by now stays. Looking through it again and again for garbage would stop all viewers
# for a tenth of a second each time.
gc.collect()
gc.freeze()
