"""Refuse WebSocket handshakes from pages of other sites."""

from typing import Any

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host


class AllowedOrigins:
    """ASGI middleware that refuses handshakes from foreign origins.

    Browsers always send a page's origin and scripts cannot forge it. A client that sends none is
    not a browser, so it does not send a user's cookies by accident.

    Allowed are the configured client origins, and the origin of the host that the request is sent
    to, including scheme and port, as Django's CSRF check does.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        origins = _header_values(scope, b"origin")
        hosts = _header_values(scope, b"host")
        is_allowed_page = all(
            any(is_allowed(origin, host) for host in hosts or [""]) for origin in origins
        )
        await (self._application if is_allowed_page else WebsocketDenier())(scope, receive, send)


def is_allowed(origin: str, host: str) -> bool:
    """Return whether a page of `origin` may send requests to `host`, which may include a port."""
    if origin in settings.CLIENT_ORIGINS:
        return True
    scheme = "https" if settings.HTTPS else "http"
    domain, _ = split_domain_port(host)
    is_our_host = bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
    return is_our_host and origin == f"{scheme}://{host}"


def _header_values(scope: Any, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
