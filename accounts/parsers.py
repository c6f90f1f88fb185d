"""Forms in UTF-8 alone: with others that a request may name, decoding fails in too many ways."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser, FormParser, MultiPartParser


class _InUtf8(BaseParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return super().parse(stream, media_type, {**(parser_context or {}), "encoding": "utf-8"})


class Utf8FormParser(_InUtf8, FormParser):
    """A form as browsers send it."""


class Utf8MultiPartParser(_InUtf8, MultiPartParser):
    """A form in parts."""
