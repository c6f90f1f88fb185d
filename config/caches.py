"""How values are written into Redis."""

from typing import Any

import orjson


class JsonSerializer:
    """Writes values as JSON, and whole numbers so that Redis can count with them.

    Django's own reads pickles, by which who can write to Redis could run code in the servers.
    """

    def dumps(self, value: Any) -> bytes | int:
        """Return what Redis keeps. Raises: orjson.JSONEncodeError."""
        return value if type(value) is int else orjson.dumps(value)

    def loads(self, data: bytes) -> Any:
        """Return the value; None for what nobody here has written."""
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            return None
