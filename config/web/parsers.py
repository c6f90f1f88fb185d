"""Parse request bodies from untrusted clients."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

MAX_BODY_BYTES = 64 * 1024


class StrictJSONParser(BaseParser):
    """JSON in UTF-8, at most 64 KiB. An empty body is an empty object.

    Rejects what would cause errors later: NaN and infinities, nesting deeper than the parser can
    follow, and lone surrogates, which no database stores.
    """

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Return the decoded body. Raises: ParseError."""
        body = stream.read(MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            raise ParseError(f"The body is larger than {MAX_BODY_BYTES} bytes.")
        if not body.strip():
            return {}
        try:
            data = json.loads(body.decode(), parse_constant=_refuse_constant)
            if b"\\u" in body:
                json.dumps(data, ensure_ascii=False).encode()
        except RecursionError:
            raise ParseError("The body is nested too deeply.") from None
        except ValueError as error:
            raise ParseError(f"The body is not valid JSON: {error}") from None
        return data


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
