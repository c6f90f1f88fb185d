"""CORS headers, only on sites that have clients on other hosts."""

from typing import Any

from corsheaders.middleware import CorsMiddleware
from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed


class ClientCorsMiddleware(CorsMiddleware):
    """The library's middleware, left out if no other origin may use the API.

    It takes a tenth of a seat command's time, mostly to find out that it has nothing to add.
    """

    def __init__(self, get_response: Any) -> None:
        if not settings.CORS_ALLOWED_ORIGINS:
            raise MiddlewareNotUsed("No other origin may use the API.")
        super().__init__(get_response)
