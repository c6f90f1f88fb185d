"""How the calls describe themselves in the OpenAPI schema."""

from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from reservations.api.serializers import RefusalSerializer

F = TypeVar("F", bound=Callable[..., Any])

_REFUSALS = {
    400: "Malformed.",
    401: "Not signed in.",
    403: "CSRF token missing or wrong, or not for you.",
    404: "No such event, seat or booking.",
    409: "The state of the seats forbids it; `conflicts` names every seat at fault.",
    422: "The idempotency key was used before with another body.",
    503: "The database is away or too much is waiting; see Retry-After.",
}
_IDEMPOTENCY_KEY = OpenApiParameter(
    name="Idempotency-Key",
    type=OpenApiTypes.STR,
    location=OpenApiParameter.HEADER,
    description="The same key and body do the work once and give the same answer.",
)


def reads(operation_id: str, answer: Any) -> Callable[[F], F]:
    """Describe a call that changes nothing."""
    return extend_schema(
        operation_id=operation_id, responses={200: answer, **_refusals(401, 403, 404, 503)}
    )


def writes(
    operation_id: str, answer: Any, *, body: Any = None, status: int = 200
) -> Callable[[F], F]:
    """Describe a call that hands one command to the desk."""
    return extend_schema(
        operation_id=operation_id,
        request=body,
        parameters=[_IDEMPOTENCY_KEY],
        responses={status: answer, **_refusals(*_REFUSALS)},
    )


def _refusals(*codes: int) -> dict[int, OpenApiResponse]:
    return {code: OpenApiResponse(RefusalSerializer, _REFUSALS[code]) for code in codes}
