"""The view by which organisers edit an event's ticket types."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError as FieldsError
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reservations.api.documentation import edits
from reservations.api.event_serializers import invalid
from reservations.api.permissions import HasPermission
from reservations.api.public_views import EventView
from reservations.api.record_serializers import serializer_of
from reservations.api.requests import actor
from reservations.api.revisions import revision_of, tagged
from reservations.api.serializers import MAX_ID
from reservations.events import selectors
from reservations.events.records import TicketTypeRecord
from reservations.organising.ticket_types import (
    MAX_TICKET_TYPES,
    TicketTypeEdit,
    replace_ticket_types,
)
from reservations.permissions import Permission

# As many as pretix plans may have categories.
_MAX_PRICES = 500


class TicketPriceEditSerializer(serializers.Serializer[Any]):
    category = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, allow_null=True, help_text="Null: seats without a category."
    )
    price = serializers.DecimalField(max_digits=10, decimal_places=2, min_value=0)


class TicketTypeEditSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, help_text="Absent: a new one."
    )
    name = serializers.CharField(max_length=60)
    prices: Any = serializers.ListSerializer(
        child=TicketPriceEditSerializer(),
        max_length=_MAX_PRICES,
        help_text="At most one for each category; it is not sold in others.",
    )

    def validate_prices(self, prices: list[dict[str, Any]]) -> dict[int | None, Any]:
        """Return prices by category. Raises: ValidationError."""
        found = {each["category"]: each["price"] for each in prices}
        if len(found) < len(prices):
            raise serializers.ValidationError("A category has two prices.")
        return found


class TicketTypesEditSerializer(serializers.Serializer[Any]):
    ticket_types: Any = serializers.ListSerializer(
        child=TicketTypeEditSerializer(), max_length=MAX_TICKET_TYPES
    )


class TicketTypesView(EventView):
    permission_classes = (HasPermission.to(Permission.CHANGE_EVENT),)

    @edits(
        "replace_ticket_types",
        serializer_of(TicketTypeRecord)(many=True),
        body=TicketTypesEditSerializer,
        permissions=[Permission.CHANGE_EVENT],
        has_revision=True,
    )
    def put(self, request: Request, event_id: int) -> Response:
        """Replace the event's ticket types, in the order to choose from.

        Types that are missing are withdrawn. Seats that are held or sold keep their prices. Errors
        are given by their place in the body, such as `ticket_types.0.prices.1.price`.
        """
        form = TicketTypesEditSerializer(data=request.data)
        if not form.is_valid():
            raise serializers.ValidationError(dict(_by_path(form.errors)))
        try:
            revision = replace_ticket_types(
                event_id=event_id,
                editor_id=actor(request).id,
                edits=[
                    TicketTypeEdit(each.get("id"), each["name"], each["prices"])
                    for each in form.validated_data["ticket_types"]
                ],
                revision=revision_of(request),
            )
        except FieldsError as error:
            raise invalid(error) from None
        return tagged(Response(selectors.ticket_types(event_id=event_id)), revision)


def _by_path(errors: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, list[Any]]]:
    """Flatten a serializer's errors; one of an item that is no object is an error of its list."""
    if not isinstance(errors, dict):
        yield ".".join(str(step) for step in path), errors
        return
    for name, found in errors.items():
        if path and name == "non_field_errors":
            yield from _by_path(found, path[:-1] if isinstance(path[-1], int) else path)
        else:
            yield from _by_path(found, (*path, name))
