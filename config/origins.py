"""Which pages may open a socket."""

from typing import Any

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host


class KnownOrigins:
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
        is_known = all(_is_ours(origin, _values(scope, b"host")) for origin in named)
        await (self._application if is_known else WebsocketDenier())(scope, receive, send)


def _is_ours(origin: str, hosts: list[str]) -> bool:
    if origin in settings.CLIENT_ORIGINS:
        return True
    scheme = "https" if settings.HTTPS else "http"
    return any(
        origin == f"{scheme}://{host}"
        and validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
        for host in hosts
    )


def _values(scope: Any, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
