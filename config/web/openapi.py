"""Add the error responses that calls have in common to the OpenAPI schema."""

from collections.abc import Iterator
from typing import Any

_DESCRIPTIONS = {
    400: "Malformed.",
    401: "Not signed in, or with wrong credentials.",
    403: "CSRF token missing or wrong, or not for you.",
    404: "No such event, seat, booking, organisation or entry of one's own.",
    406: "The Accept header names no available media type.",
    409: "The current state does not allow it; the code says why.",
    415: "Neither JSON nor, where they are taken, a form.",
    429: "Too many tries, or too many requests; see Retry-After.",
    503: "The database is unavailable or a queue is full; see Retry-After.",
}
_PATHS_WITH_CONFLICTS = (
    *("/api/second-factor/", "/api/me/erase/", "/api/guest/"),
    *("/api/organisations/", "/api/invitations/"),
)
_CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}


def describe_refusals(
    result: dict[str, Any],
    **_: Any,
) -> dict[str, Any]:
    """Complete drf-spectacular's schema. One of its postprocessing hooks."""
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            for code in _error_statuses(path, method, operation):
                answer = {"description": _DESCRIPTIONS[code], "content": _CONTENT}
                operation["responses"].setdefault(str(code), answer)
    return result


def _error_statuses(path: str, method: str, operation: dict[str, Any]) -> Iterator[int]:
    """Yield the error statuses of a call, besides those that it declares itself."""
    is_write = method != "get"
    yield from (406, 429, 503)
    if is_write or any(given["in"] == "query" for given in operation.get("parameters", ())):
        yield 400
    if is_write:
        yield 415
    if any(operation.get("security", ())):
        yield from (401, 403)
    elif is_write:
        # Sign-in calls check credentials and have CSRF protection.
        yield from (401, 403)
    if "{" in path:
        yield 404
    if is_write and path.startswith(_PATHS_WITH_CONFLICTS):
        yield 409
