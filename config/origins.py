"""Which pages may open a socket."""

from typing import Any
from urllib.parse import ParseResult

from channels.security.websocket import OriginValidator
from django.conf import settings


class KnownOrigins(OriginValidator):  # type: ignore[misc]
    """Refuses handshakes from pages of other sites, before they reach anything.

    A browser always names the page's origin and cannot be made to lie. A client that names none
    is no browser, and carries nobody's cookies by accident.
    """

    def __init__(self, application: Any) -> None:
        super().__init__(application, [*settings.ALLOWED_HOSTS, *settings.CLIENT_ORIGINS])

    def valid_origin(self, parsed_origin: ParseResult | None) -> bool:
        return parsed_origin is None or super().valid_origin(parsed_origin)
