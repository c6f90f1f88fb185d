"""Decorators that describe the views in the OpenAPI schema.

Errors that all views share are added in `config.web`.
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
        "The state of the seats does not allow it; `conflicts` lists the seats.",
    ),
    422: OpenApiResponse(
        RefusalSerializer, "The idempotency key was used before with another body."
    ),
}
_EDIT_REFUSED = OpenApiResponse(
    RefusalSerializer, "The state of the event or of its seats does not allow it."
)
_IF_MATCH = OpenApiParameter(
    name="If-Match",
    type=OpenApiTypes.STR,
    location=OpenApiParameter.HEADER,
    description="The ETag of what was edited: refused with `stale_event` if it has changed.",
)
_IDEMPOTENCY_KEY = OpenApiParameter(
    name="Idempotency-Key",
    type=OpenApiTypes.STR,
    location=OpenApiParameter.HEADER,
    description="A repeated request with the same key and body gets the first response again.",
)


def reads(
    operation_id: str,
    answer: Any,
    *,
    query: type[Serializer[Any]] | None = None,
    permissions: Sequence[Permission] = (),
) -> Callable[[F], F]:
    """Describe a read-only view; `permissions` as for `writes`."""
    return extend_schema(
        operation_id=operation_id,
        parameters=[query] if query else [],
        responses={(200, "image/webp"): OpenApiTypes.BINARY} if answer is bytes else {200: answer},
        extensions=_extensions(permissions),
    )


def writes(
    operation_id: str,
    answer: Any,
    *,
    body: Any = None,
    status: int = 200,
    accepted: Any = None,
    permissions: Sequence[Permission] = (),
) -> Callable[[F], F]:
    """Describe a view that sends a command. `accepted` answers one that is not finished yet: 202.

    One of the `permissions` is required, except for the requester's own reservations.
    """
    return extend_schema(
        operation_id=operation_id,
        request=body,
        parameters=[_IDEMPOTENCY_KEY],
        responses={status: answer, **({202: accepted} if accepted else {}), **_REFUSALS},
        extensions=_extensions(permissions),
    )


def edits(
    operation_id: str,
    answer: Any,
    *,
    body: Any = None,
    status: int = 200,
    permissions: Sequence[Permission] = (),
    has_revision: bool = False,
) -> Callable[[F], F]:
    """Describe a view by which organisers edit something.

    One of the `permissions` is required, for the event or the organisation.
    """
    is_file = body is bytes
    return extend_schema(
        operation_id=operation_id,
        request={"image/*": OpenApiTypes.BINARY} if is_file else body,
        parameters=[_IF_MATCH] if has_revision else [],
        responses={status: answer, 409: _EDIT_REFUSED},
        extensions=_extensions(permissions),
    )


def _extensions(permissions: Sequence[Permission]) -> dict[str, Any]:
    """Return the schema extension that lists the permissions."""
    return {"x-permissions": [str(each) for each in permissions]} if permissions else {}
