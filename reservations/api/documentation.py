"""How the calls describe themselves in the OpenAPI schema.

Refusals that all calls have in common are added elsewhere.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.serializers import Serializer

from reservations.api.serializers import RefusalSerializer
from reservations.permissions import Permission

F = TypeVar("F", bound=Callable[..., Any])

_REFUSALS = {
    409: OpenApiResponse(
        RefusalSerializer,
        "The state of the seats forbids it; `conflicts` names every seat at fault.",
    ),
    422: OpenApiResponse(
        RefusalSerializer, "The idempotency key was used before with another body."
    ),
}
_IDEMPOTENCY_KEY = OpenApiParameter(
    name="Idempotency-Key",
    type=OpenApiTypes.STR,
    location=OpenApiParameter.HEADER,
    description="The same key and body do the work once and give the same answer.",
)


def reads(
    operation_id: str,
    answer: Any,
    *,
    query: type[Serializer[Any]] | None = None,
    permissions: Sequence[Permission] = (),
) -> Callable[[F], F]:
    """Describe a call that changes nothing; `permissions` as for `writes`."""
    return extend_schema(
        operation_id=operation_id,
        parameters=[query] if query else [],
        responses={200: answer},
        extensions=_extensions(permissions),
    )


def writes(
    operation_id: str,
    answer: Any,
    *,
    body: Any = None,
    status: int = 200,
    permissions: Sequence[Permission] = (),
) -> Callable[[F], F]:
    """Describe a call that hands one command to the desk.

    One of the `permissions` is needed, unless what is asked for is the caller's own.
    """
    return extend_schema(
        operation_id=operation_id,
        request=body,
        parameters=[_IDEMPOTENCY_KEY],
        responses={status: answer, **_REFUSALS},
        extensions=_extensions(permissions),
    )


def _extensions(permissions: Sequence[Permission]) -> dict[str, Any]:
    """Name the permissions for readers of the schema."""
    return {"x-permissions": [str(each) for each in permissions]} if permissions else {}
