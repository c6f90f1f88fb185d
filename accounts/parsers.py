"""Forms in UTF-8 alone: with others that a request may name, decoding fails in too many ways."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import FormParser, MultiPartParser


class Utf8FormParser(FormParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return super().parse(stream, media_type, _in_utf8(parser_context))


class Utf8MultiPartParser(MultiPartParser):
    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return super().parse(stream, media_type, _in_utf8(parser_context))


def _in_utf8(parser_context: Mapping[str, Any] | None) -> dict[str, Any]:
    return {**(parser_context or {}), "encoding": "utf-8"}
