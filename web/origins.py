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
        named = _values(scope, b"origin")
        hosts = _values(scope, b"host")
        is_known = all(any(is_ours(origin, host) for host in hosts or [""]) for origin in named)
        await (self._application if is_known else WebsocketDenier())(scope, receive, send)


def is_ours(origin: str, host: str) -> bool:
    """Tell whether a page is ours that sends a request to a host."""
    if origin in settings.CLIENT_ORIGINS:
        return True
    scheme = "https" if settings.HTTPS else "http"
    return origin == f"{scheme}://{host}" and is_our_host(host)


def is_our_host(host: str) -> bool:
    """Tell whether a host, with its port if that is named, is one of this site's."""
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _values(scope: Any, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
