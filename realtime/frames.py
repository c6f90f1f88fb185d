"""A frame, encoded once for all viewers of each transport."""

import zlib
from functools import cached_property
from typing import Any

MIN_DEFLATED_BYTES = 256
"""Shorter frames hardly become shorter."""

_TEXT = 0x81
_DEFLATED_TEXT = 0xC1
_FASTEST = 1
_LARGEST_WINDOW_BITS = 15


class Frame:
    """A frame of the protocol, and its encodings."""

    def __init__(self, text: str, *, is_snapshot: bool = False) -> None:
        self.text = text
        self.is_snapshot = is_snapshot

    @cached_property
    def wire(self) -> bytes:
        """The WebSocket frame: a final text frame, unmasked (RFC 6455, section 5.2)."""
        return _wired(_TEXT, self.text.encode())

    @cached_property
    def deflated_wire(self) -> bytes:
        """The same for clients that negotiated `permessage-deflate` (RFC 7692).

        Compressed without context from other frames, so that the bytes are the same for all.
        """
        payload = self.text.encode()
        if len(payload) < MIN_DEFLATED_BYTES:
            return self.wire
        compressor = zlib.compressobj(_FASTEST, zlib.DEFLATED, -_LARGEST_WINDOW_BITS)
        deflated = compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH)
        return _wired(_DEFLATED_TEXT, deflated.removesuffix(b"\x00\x00\xff\xff"))

    @cached_property
    def event(self) -> bytes:
        """The server-sent event. JSON text has no line breaks, so one line is enough."""
        return b"data: %s\n\n" % self.text.encode()

    @cached_property
    def chunk(self) -> bytes:
        """The server-sent event as a chunk of an HTTP/1.1 response (RFC 9112, section 7.1)."""
        return b"%x\r\n%s\r\n" % (len(self.event), self.event)

    @cached_property
    def socket_message(self) -> dict[str, Any]:
        """The frame as an ASGI message to a WebSocket."""
        return {"type": "websocket.send", "text": self.text}

    @cached_property
    def stream_message(self) -> dict[str, Any]:
        """The frame as an ASGI message of an event stream."""
        return {"type": "http.response.body", "body": self.event, "more_body": True}


def _wired(first: int, payload: bytes) -> bytes:
    length = len(payload)
    if length < 126:
        return bytes((first, length)) + payload
    if length < 1 << 16:
        return bytes((first, 126)) + length.to_bytes(2) + payload
    return bytes((first, 127)) + length.to_bytes(8) + payload


def socket_close_message(code: int) -> dict[str, Any]:
    """Return the ASGI message that closes a WebSocket."""
    return {"type": "websocket.close", "code": code}


def stream_close_message(code: int) -> dict[str, Any]:
    """Return the ASGI message that ends an event stream; its last event has the close code."""
    return {"type": "http.response.body", "body": b"event: close\ndata: %d\n\n" % code}
