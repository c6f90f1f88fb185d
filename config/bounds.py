"""Bounds on what a request carries, set before anything looks for a meaning in it.

Django and Python take quadratic time over some of it, and hold the process meanwhile: the route of
the admin's `r/<path>/<path>/` over a path of many slashes, and `http.cookies` of Python before
3.11.10 and 3.12.6 over backslashes in a cookie (CVE-2024-7592). 30 kB of either cost seconds.
"""

from typing import Any

import orjson

from config.headers import DATA_POLICY, FILE_HEADERS, POLICY
from config.refusals import refusal_body
from config.request_ids import HEADER, answering

MAX_PATH_LENGTH = 1_000
"""More than any address of this site has."""
MAX_HEADER_LENGTH = 8 * 1024
"""Of one header, as other servers have it."""
_ESCAPE = b"\\"


def with_bounds(application: Any) -> Any:
    """Return an ASGI application that refuses long paths and headers, and sees no escaped cookie.

    No cookie of this site has a backslash in it.
    """

    async def bounded(scope: Any, receive: Any, send: Any) -> None:
        headers = scope.get("headers", ())
        if scope["type"] == "http":
            if len(scope["path"]) > MAX_PATH_LENGTH:
                await _refuse(scope, send, 414, "The address is too long.")
                return
            if any(len(value) > MAX_HEADER_LENGTH for _, value in headers):
                await _refuse(scope, send, 431, "A header is too long.")
                return
        if any(name == b"cookie" and _ESCAPE in value for name, value in headers):
            scope = {**scope, "headers": [(name, _plain(name, value)) for name, value in headers]}
        await application(scope, receive, send)

    return bounded


def _plain(name: bytes, value: bytes) -> bytes:
    if name != b"cookie":
        return value
    return b";".join(cookie for cookie in value.split(b";") if _ESCAPE not in cookie)


async def _refuse(scope: Any, send: Any, status: int, sentence: str) -> None:
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    with answering(given=given, path="") as number:
        content = orjson.dumps(refusal_body("malformed", sentence))
    headers = {
        **FILE_HEADERS,
        POLICY: DATA_POLICY,
        HEADER: number,
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        "Cache-Control": "no-store",
    }
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": content})
