"""Pagination: the body is an array, and the `Link` header has the URL of the next page."""

from rest_framework.request import Request
from rest_framework.response import Response


def add_next_link(response: Response, request: Request, **place: str) -> None:
    """Add a link to the next page (RFC 8288): the same query with the parameters of `place`."""
    query = request.query_params.copy()
    for name, value in place.items():
        query[name] = value
    url = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    response["Link"] = f'<{url}>; rel="next"'
