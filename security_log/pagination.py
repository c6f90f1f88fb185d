"""Lists in pages: the answer is an array, and its `Link` header leads to the next page."""

from rest_framework.request import Request
from rest_framework.response import Response


def add_next_link(response: Response, request: Request, **place: str) -> None:
    """Add the link to the next page (RFC 8288): the same query, but from `place` on."""
    query = request.query_params.copy()
    for name, value in place.items():
        query[name] = value
    url = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    response["Link"] = f'<{url}>; rel="next"'
