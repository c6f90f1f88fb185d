"""The revision of an event in the headers of requests and responses."""

import re

from django.utils.http import quote_etag
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

_ETAG = re.compile(r'\A(?:W/)?"([0-9]{1,18})"\Z')


def revision_of(request: Request) -> int | None:
    """Return the revision in the If-Match header; None without one. Raises: ValidationError."""
    tag = request.headers.get("If-Match")
    if tag is None or tag.strip() == "*":
        return None
    found = _ETAG.match(tag.strip())
    if found is None:
        raise ValidationError({"If-Match": ["Give the ETag of the event's settings."]})
    return int(found[1])


def tagged(response: Response, revision: int) -> Response:
    """Return the response with the event's revision as its ETag."""
    response["ETag"] = quote_etag(str(revision))
    response["Cache-Control"] = "private, no-cache"
    return response
