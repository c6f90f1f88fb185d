"""The whole site for an ASGI server: HTTP, event streams and WebSockets."""

import gc
import os

from django.core.asgi import get_asgi_application

from config.web.telemetry import start_telemetry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Nothing that is imported from here on is garbage.
gc.disable()
start_telemetry()
django_http = get_asgi_application()

# Import after Django is set up, because these import models.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402

from accounts.metric_collectors import AccountCollector  # noqa: E402
from config.web.async_views import with_async_views  # noqa: E402
from config.web.metrics import CachedCollector  # noqa: E402
from config.web.origins import AllowedOrigins  # noqa: E402
from config.web.probes import Probes, with_probes  # noqa: E402
from config.web.request_limits import with_request_limits  # noqa: E402
from config.web.static_files import with_static_files  # noqa: E402
from realtime.daphne import is_shutting_down, prepare_daphne  # noqa: E402
from realtime.hub import close_all_viewers, viewers_by_event  # noqa: E402
from realtime.metrics import ViewersCollector  # noqa: E402
from realtime.routing import websocket_urlpatterns  # noqa: E402
from reservations.bookings.collectors import SalesCollector  # noqa: E402
from webhooks.metric_collectors import WebhookCollector  # noqa: E402

# With several servers, the API servers collect the sales metrics.
collectors = (
    []
    if settings.REDIS_URL
    else [
        CachedCollector(SalesCollector()),
        CachedCollector(AccountCollector()),
        CachedCollector(WebhookCollector()),
    ]
)
probes = Probes(ViewersCollector(viewers_by_event), *collectors, is_shutting_down=is_shutting_down)

by_protocol = ProtocolTypeRouter(
    {
        "http": with_async_views(with_probes(with_static_files(django_http), probes)),
        "websocket": AllowedOrigins(URLRouter(websocket_urlpatterns)),
    }
)
application = prepare_daphne(with_request_limits(by_protocol), close_viewers=close_all_viewers)

# Exclude everything loaded so far from garbage collection, which would otherwise pause all viewers
# for a tenth of a second each time.
gc.collect()
gc.freeze()
gc.enable()
