"""Served by Daphne, with DJANGO_SETTINGS_MODULE=laboratory.peers.tutorial.settings."""

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from laboratory.peers.tutorial.consumers import SeatsConsumer  # noqa: E402

_SOCKETS = [path("ws/events/<int:event_id>/", SeatsConsumer.as_asgi())]
application = ProtocolTypeRouter({"http": django_application, "websocket": URLRouter(_SOCKETS)})
