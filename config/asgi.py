"""The whole site for an ASGI server: HTTP and sockets."""

import gc
import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django_http = get_asgi_application()

# After Django is set up, because these import models.
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from config.origins import KnownOrigins  # noqa: E402
from config.static import with_static_files  # noqa: E402
from realtime.daphne import prepare_daphne  # noqa: E402
from realtime.routing import websocket_urlpatterns  # noqa: E402

application = prepare_daphne(
    ProtocolTypeRouter(
        {
            "http": with_static_files(django_http),
            "websocket": KnownOrigins(URLRouter(websocket_urlpatterns)),
        }
    )
)

# What is loaded by now stays. Looking through it again and again for garbage would stop all viewers
# for a tenth of a second each time.
gc.collect()
gc.freeze()
