"""Server applications that record the requests they receive, and return them at `/arrived`."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from config.web.wsgi_threads import run_wsgi_in_threads

_arrived: list[dict[str, Any]] = []


def _answer(path: str, **request: Any) -> bytes:
    if path == "/arrived":
        content = json.dumps(_arrived)
        _arrived.clear()
        return content.encode()
    _arrived.append({"path": path, **request})
    return json.dumps({"path": path}).encode()


def wsgi(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read()
    answer = _answer(
        environ["PATH_INFO"],
        method=environ["REQUEST_METHOD"],
        forwarded_for=environ.get("HTTP_X_FORWARDED_FOR"),
        forwarded_proto=environ.get("HTTP_X_FORWARDED_PROTO"),
        body=body.decode("latin-1"),
    )
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]


in_thread = run_wsgi_in_threads(wsgi, threads=8)
"""Requests for Django arrive under this path."""

LARGE_PIECES = 200
_PIECE = b"x" * 65_536
_large_under_way = 0


async def api(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer `/api/large/` with more than all buffers on the way hold, and record requests."""
    global _large_under_way
    if scope["path"] == "/under-way":
        await _say(send, [str(_large_under_way).encode()])
    elif scope["path"] == "/api/large/":
        _large_under_way += 1
        try:
            await _say(send, [_PIECE] * LARGE_PIECES)
        finally:
            _large_under_way -= 1
    else:
        await in_thread(scope, receive, send)


async def _say(send: Any, pieces: list[bytes]) -> None:
    length = [(b"content-length", str(sum(map(len, pieces))).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    for piece in pieces:
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        await _echo(receive, send)
        return
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    # As in Django, repeated headers are joined into one value.
    headers: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        found = headers.get(name)
        headers[name] = f"{found},{value.decode()}" if found else value.decode("latin-1")
    answer = _answer(
        scope["path"],
        method=scope["method"],
        forwarded_for=headers.get(b"x-forwarded-for"),
        forwarded_proto=headers.get(b"x-forwarded-proto"),
        body=body.decode("latin-1"),
    )
    length = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": length})
    await send({"type": "http.response.body", "body": answer})


async def _echo(receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})
