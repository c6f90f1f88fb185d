"""The serializer of values stored in Redis."""

from typing import Any

import orjson


class JsonSerializer:
    """Serialises values as JSON, and integers so that Redis can increment them.

    Django's own uses pickle, which would let anyone with write access to Redis run code here.
    """

    def dumps(self, value: Any) -> bytes | int:
        """Return the stored form of a value. Raises: orjson.JSONEncodeError."""
        return value if type(value) is int else orjson.dumps(value)

    def loads(self, data: bytes) -> Any:
        """Return the value, or None if it was not written by this class."""
        try:
            return orjson.loads(data)
        except orjson.JSONDecodeError:
            return None
