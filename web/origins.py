"""Which hosts and pages are ours, and that only these pages may open a socket."""

from typing import Any

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host


class AllowedOrigins:
    """Refuses handshakes from pages of other sites, before they reach anything.

    A browser always names the page's origin and cannot be made to lie. A client that names none
    is no browser, and carries nobody's cookies by accident.

    Ours are the client's on other hosts, and the one that the request itself is sent to, with its
    scheme and port: what Django asks of a write.
    """

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        named = _header_values(scope, b"origin")
        hosts = _header_values(scope, b"host")
        is_known = all(any(is_allowed(origin, host) for host in hosts or [""]) for origin in named)
        await (self._application if is_known else WebsocketDenier())(scope, receive, send)


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
