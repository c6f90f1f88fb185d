"""Frames of the servers in the laboratory's comparisons."""

import json
from typing import Any


def text_frame(text: str) -> bytes:
    """Return a server's frame with the shortest form of its length (RFC 6455, section 5.2)."""
    payload = text.encode()
    return _header(0x81, len(payload)) + payload


def ping_frame(payload: bytes) -> bytes:
    return _header(0x89, len(payload)) + payload


def delta(since: int, seq: int, *, changes: int | None = None) -> str:
    """Return a delta; without `changes` it has one for each number."""
    count = seq - since if changes is None else changes
    rows: list[list[Any]] = [[index, 1, 0, "alice"] for index in range(count)]
    return json.dumps({"type": "delta", "from": since, "seq": seq, "now": 0, "changes": rows})


def snapshot(seq: int) -> str:
    return json.dumps({"type": "snapshot", "event": 1, "seq": seq, "now": 0, "locks": []})


def beat(seq: int) -> str:
    return json.dumps({"type": "beat", "seq": seq, "now": 0, "viewers": 1})


def _header(first: int, length: int) -> bytes:
    if length < 126:
        return bytes((first, length))
    if length < 1 << 16:
        return bytes((first, 126)) + length.to_bytes(2)
    return bytes((first, 127)) + length.to_bytes(8)
