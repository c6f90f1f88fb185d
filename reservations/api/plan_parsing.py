"""Bodies that are seating plans, read as bytes."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from reservations.plans.document import MAX_BYTES
from reservations.plans.errors import Fault, PlanError


class PlanBodyParser(BaseParser):
    """The bytes of a JSON document, at most `document.MAX_BYTES`."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Any:
        """Return the bytes of the body. Raises: PlanError if it is too large."""
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise PlanError(Fault("", f"must have at most {MAX_BYTES // 1024 // 1024} MiB"))
        return body


class CsvBodyParser(PlanBodyParser):
    media_type = "text/csv"
