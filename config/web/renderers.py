"""Render responses as JSON."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import orjson
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

# The Accept headers of browsers, axios and programs that want JSON.
ACCEPTS_JSON = {"*/*", "application/json", "application/json, text/plain, */*"}
_fallback_encoder = JSONEncoder()


class FastJSONRenderer(BaseRenderer):
    """Compact JSON in UTF-8 by orjson, which takes a tenth of the time for a stadium's seats."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> bytes:
        """Return the encoded data, or nothing for None. Raises: orjson.JSONEncodeError."""
        if data is None:
            return b""
        return orjson.dumps(data, default=_fallback_encoder.default)


class QuickNegotiation(DefaultContentNegotiation):
    """DRF's content negotiation with a fast path for JSON and common Accept headers."""

    @staticmethod
    def accepts_json(meta: Mapping[str, Any]) -> bool:
        """Return whether a request has a common Accept header for JSON and no query string."""
        return meta.get("HTTP_ACCEPT", "*/*") in ACCEPTS_JSON and not meta.get("QUERY_STRING")

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Return the renderer and media type of the response. Raises: NotAcceptable, Http404."""
        match list(renderers):
            case [FastJSONRenderer() as renderer] if self.accepts_json(request._request.META):
                return renderer, renderer.media_type
            case found:
                return cast(
                    "tuple[BaseRenderer, str]",
                    super().select_renderer(request, found, format_suffix),
                )
