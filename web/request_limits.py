"""Bounds on what a request carries, set before anything looks for a meaning in it.

Django and Python take quadratic time over some of it, and hold the process meanwhile: the route of
the admin's `r/<path>/<path>/` over a path of many slashes, and `http.cookies` of Python before
3.11.10 and 3.12.6 over backslashes in a cookie (CVE-2024-7592). 30 kB of either cost seconds.
"""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

import orjson

from web.errors import error_body
from web.request_ids import HEADER, request_context
from web.security_headers import DATA_POLICY, FILE_HEADERS, POLICY

MAX_PATH_LENGTH = 1_000
"""More than any address of this site has."""
MAX_HEADER_LENGTH = 8 * 1024
"""Of one header, as other servers have it."""
_ESCAPE = b"\\"


def with_request_limits(application: Any) -> Any:
    """Return an ASGI application that refuses long paths and headers, and sees no escaped cookie.

    No cookie of this site has a backslash in it.
    """

    async def bounded(scope: Any, receive: Any, send: Any) -> None:
        headers = scope.get("headers", ())
        if scope["type"] == "http":
            complaint = _violation(scope["path"], (value for _, value in headers))
            if complaint is not None:
                given = dict(headers).get(b"x-request-id", b"").decode("latin-1")
                pairs, content = _refusal(complaint[1], given=given)
                raw = [(name.encode(), value.encode()) for name, value in pairs]
                start = {"type": "http.response.start", "status": int(complaint[0])}
                await send({**start, "headers": raw})
                await send({"type": "http.response.body", "body": content})
                return
        if any(name == b"cookie" and _ESCAPE in value for name, value in headers):
            scope = {**scope, "headers": [(name, _plain(name, value)) for name, value in headers]}
        await application(scope, receive, send)

    return bounded


def with_request_limits_for_wsgi(application: Any) -> Any:
    """Return a WSGI application that does as `with_bounds` does."""

    def bounded(environ: Any, start_response: Any) -> Any:
        headers = (value for name, value in environ.items() if name.startswith("HTTP_"))
        complaint = _violation(environ.get("PATH_INFO", ""), headers)
        if complaint is not None:
            status, sentence = complaint
            pairs, content = _refusal(sentence, given=environ.get("HTTP_X_REQUEST_ID", ""))
            start_response(f"{status.value} {status.phrase}", pairs)
            return [content]
        cookies = environ.get("HTTP_COOKIE", "").encode("latin-1")
        if _ESCAPE in cookies:
            environ = {**environ, "HTTP_COOKIE": _plain(b"cookie", cookies).decode("latin-1")}
        return application(environ, start_response)

    return bounded


def _violation(path: str, headers: Iterable[bytes | str]) -> tuple[HTTPStatus, str] | None:
    if len(path) > MAX_PATH_LENGTH:
        return HTTPStatus.REQUEST_URI_TOO_LONG, "The address is too long."
    if any(len(value) > MAX_HEADER_LENGTH for value in headers):
        return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "A header is too long."
    return None


def _plain(name: bytes, value: bytes) -> bytes:
    if name != b"cookie":
        return value
    return b";".join(cookie for cookie in value.split(b";") if _ESCAPE not in cookie)


def _refusal(sentence: str, *, given: str) -> tuple[list[tuple[str, str]], bytes]:
    """Return the headers and the body of a refusal; `given` is the request's id, if it has one."""
    with request_context(given=given, path="") as number:
        content = orjson.dumps(error_body("malformed", sentence))
    headers = {
        **FILE_HEADERS,
        POLICY: DATA_POLICY,
        HEADER: number,
        "Content-Type": "application/json",
        "Content-Length": str(len(content)),
        "Cache-Control": "no-store",
    }
    return list(headers.items()), content
