"""A frame, encoded once for all viewers of each transport."""

from functools import cached_property
from typing import Any


class Frame:
    """A frame of the protocol, and its encodings."""

    def __init__(self, text: str, *, is_snapshot: bool = False) -> None:
        self.text = text
        self.is_snapshot = is_snapshot

    @cached_property
    def wire(self) -> bytes:
        """The WebSocket frame: a final text frame, unmasked (RFC 6455, section 5.2)."""
        payload = self.text.encode()
        length = len(payload)
        if length < 126:
            return bytes((0x81, length)) + payload
        if length < 1 << 16:
            return b"\x81\x7e" + length.to_bytes(2) + payload
        return b"\x81\x7f" + length.to_bytes(8) + payload

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


def socket_close_message(code: int) -> dict[str, Any]:
    """Return the ASGI message that closes a WebSocket."""
    return {"type": "websocket.close", "code": code}


def stream_close_message(code: int) -> dict[str, Any]:
    """Return the ASGI message that ends an event stream; its last event has the close code."""
    return {"type": "http.response.body", "body": b"event: close\ndata: %d\n\n" % code}
