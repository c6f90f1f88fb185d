"""Limits on paths, headers and cookies, checked before anything parses them.

Django and Python take quadratic time over some of them, and block the process meanwhile: the
admin's route `r/<path>/<path>/` over a path with many slashes, and `http.cookies` of Python before
3.11.10 and 3.12.6 over backslashes in a cookie (CVE-2024-7592). 30 kB of either took seconds.
"""

from collections.abc import Collection
from http import HTTPStatus
from typing import Any

import orjson

from config.web.errors import error_body
from config.web.replies import Reply, send_reply
from config.web.request_ids import HEADER, request_context
from config.web.security_headers import DATA_POLICY, FILE_HEADERS, POLICY

MAX_PATH_LENGTH = 1_000
"""Longer than any path of this site."""
MAX_HEADER_LENGTH = 8 * 1024
"""Of a single header, as other servers limit it."""
_ESCAPE = b"\\"

Headers = Collection[tuple[bytes, bytes]]


def with_request_limits(application: Any) -> Any:
    """Return an ASGI application that refuses long paths and headers, and drops escaped cookies."""

    async def respond(scope: Any, receive: Any, send: Any) -> None:
        headers = scope.get("headers", ())
        if scope["type"] == "http":
            reply = limit_reply(scope["path"], headers)
            if reply is not None:
                await send_reply(reply, send)
                return
        if any(name == b"cookie" and _ESCAPE in value for name, value in headers):
            kept = [
                (name, without_escaped_cookies(value) if name == b"cookie" else value)
                for name, value in headers
            ]
            scope = {**scope, "headers": kept}
        await application(scope, receive, send)

    return respond


def limit_reply(path: str, headers: Headers) -> Reply | None:
    """Return the refusal of a request with a long path or header, or None. Names in lower case."""
    if len(path) > MAX_PATH_LENGTH:
        return _refusal(HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long.", headers)
    if any(len(value) > MAX_HEADER_LENGTH for _, value in headers):
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        return _refusal(status, "A header is too long.", headers)
    return None


def without_escaped_cookies(value: bytes) -> bytes:
    """Return a `Cookie` header without cookies that contain backslashes; the site sets none."""
    return b";".join(cookie for cookie in value.split(b";") if _ESCAPE not in cookie)


def _refusal(status: HTTPStatus, sentence: str, headers: Headers) -> Reply:
    given = dict(headers).get(b"x-request-id", b"").decode("latin-1")
    with request_context(given=given, path="") as request:
        body = orjson.dumps(error_body("malformed", sentence))
    return Reply(
        status,
        {
            **FILE_HEADERS,
            POLICY: DATA_POLICY,
            HEADER: request.id,
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
        },
        body,
    )
