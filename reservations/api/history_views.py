"""The views of an event's history: its map at a moment, what happened, reports and exports.

They name people, so they require the permission to see bookings.
"""

from functools import partial
from typing import Any

from django.core.exceptions import ValidationError as FieldsError
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from infrastructure.security_log.pagination import add_next_link
from reservations.api.documentation import reads
from reservations.api.event_serializers import LocalDateTimeField, invalid
from reservations.api.permissions import HasPermission
from reservations.api.public_views import EventView
from reservations.api.record_serializers import serializer_of
from reservations.api.requests import actor
from reservations.api.serializers import MAX_ID, RefusalSerializer
from reservations.box_office import history, reports, stories
from reservations.box_office.reports import ReportsRecord
from reservations.box_office.stories import (
    MAX_ROWS,
    ActionRecord,
    ChangeFilter,
    ChangeRecord,
    Place,
)
from reservations.domain.errors import NotFound
from reservations.exports.formats import FORMATS
from reservations.exports.services import start_export
from reservations.exports.streaming import streamed
from reservations.exports.tables import TABLES
from reservations.formats.public_ids import parse_public_id
from reservations.organising import editing, event_settings
from reservations.permissions import Permission, may
from reservations.runtime import standby
from reservations.runtime.throttles import throttle

_SEE = HasPermission.to(Permission.VIEW_RESERVATION)
_MAY_SEE = [Permission.VIEW_RESERVATION]

ROWS_HEADER = "X-Seatcast-Rows"
"""How many rows the file will have, for a client that shows the progress."""


class MomentQuerySerializer(serializers.Serializer[Any]):
    at = LocalDateTimeField(
        default=None,
        help_text="The map at this time; without an offset it is in the event's time zone.",
    )
    seq = serializers.IntegerField(
        min_value=0,
        max_value=MAX_ID,
        default=None,
        help_text="The map after the change with this number.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises: ValidationError if both are given."""
        if attrs["at"] is not None and attrs["seq"] is not None:
            raise serializers.ValidationError({"seq": ["Give a time or a number."]})
        return attrs


class PlaceField(serializers.CharField):
    """The number of a change, or number and seat id of a row of the log."""

    default_error_messages = {"invalid": "Give a number, or take it from the Link header."}

    def to_internal_value(self, data: Any) -> Any:
        """Return the Place. Raises: ValidationError."""
        parts = super().to_internal_value(data).split(".")
        if len(parts) > 2 or not all(
            part.isascii() and part.isdigit() and len(part) <= 18 for part in parts
        ):
            self.fail("invalid")
        return Place(*map(int, parts))


class ChangesQuerySerializer(serializers.Serializer[Any]):
    seat = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, help_text="Only this seat's."
    )
    reservation = serializers.CharField(
        max_length=16,
        required=False,
        help_text="Only this booking's: from the hold that led to it to what ended it.",
    )
    actor = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, help_text="Only what this person did."
    )
    before = PlaceField(
        required=False, help_text="Only changes before this number; pages go on in a number."
    )
    limit = serializers.IntegerField(min_value=1, max_value=MAX_ROWS, default=100)

    def validate_reservation(self, text: str) -> str:
        """Raises: ValidationError."""
        found = parse_public_id(text)
        if found is None:
            raise serializers.ValidationError("This is not the number of a booking.")
        return found


class ActionsQuerySerializer(serializers.Serializer[Any]):
    before = serializers.IntegerField(
        min_value=1, max_value=MAX_ID, required=False, help_text="Only rows older than this id."
    )
    limit = serializers.IntegerField(min_value=1, max_value=MAX_ROWS, default=100)


class ExportQuerySerializer(serializers.Serializer[Any]):
    form = serializers.ChoiceField(choices=list(FORMATS), default="csv")


class MomentSerializer(serializers.Serializer[Any]):
    seq = serializers.IntegerField()
    at = serializers.DateTimeField(allow_null=True)


class ArchivedLogSerializer(serializers.Serializer[Any]):
    seq = serializers.IntegerField(help_text="The last change that the file has.")
    at = serializers.DateTimeField(help_text="When older rows began to be removed.")
    sha256 = serializers.CharField(help_text="As in the last line of the file.")


class PastMapSerializer(serializers.Serializer[Any]):
    """The seats at a moment, in the form of the live map's snapshot."""

    event = serializers.IntegerField()
    seq = serializers.IntegerField(help_text="The last change up to that moment.")
    at = serializers.DateTimeField()
    now = serializers.IntegerField(help_text="The same in Unix milliseconds.")
    layout = serializers.CharField()
    statuses = serializers.CharField(help_text="Base64 of two bits for each seat, in index order.")
    locks: Any = serializers.ListField(
        child=serializers.ListField(child=serializers.JSONField()),
        help_text="For each held seat its index, its deadline in Unix milliseconds, and who held"
        " it.",
    )
    missing = serializers.IntegerField(
        help_text="How many seats that were not free then the plan no longer has."
    )
    previous = serializers.IntegerField(allow_null=True, help_text="The change before, if any.")
    next = serializers.IntegerField(allow_null=True, help_text="The change after it, if any.")
    first = MomentSerializer(help_text="From when on the history is kept.")
    last = MomentSerializer()
    archived = ArchivedLogSerializer(
        allow_null=True, help_text="The newest file for which the log's rows were removed, if any."
    )


class HistoryView(EventView):
    permission_classes = (_SEE,)

    @extend_schema(
        operation_id="history",
        parameters=[MomentQuerySerializer],
        responses={200: PastMapSerializer, 409: RefusalSerializer},
        extensions={"x-permissions": [str(each) for each in _MAY_SEE]},
    )
    def get(self, request: Request, event_id: int) -> Response:
        """Return all seats as they were at a moment, by default now.

        A moment before the kept history is refused with `history_pruned`; `kept_since` says from
        which one it is kept. Seats are those of the event's present layout.
        """
        asked = _asked(MomentQuerySerializer, request)
        if asked["at"] is not None:
            zone = event_settings.time_zone(event_id=event_id)
            try:
                asked["at"] = editing.in_zone(asked["at"], zone, field="at")
            except FieldsError as error:
                raise invalid(error) from None
        return Response(history.past_map_record(event_id=event_id, **asked))


class HistoryChangesView(EventView):
    permission_classes = (_SEE,)

    @reads(
        "history_changes",
        serializer_of(ChangeRecord)(many=True),
        query=ChangesQuerySerializer,
        permissions=_MAY_SEE,
    )
    def get(self, request: Request, event_id: int) -> Response:
        """List what happened to the event's seats, newest first: who did what, when and why.

        The `Link` header (RFC 8288) leads to the next page, if there is one.
        """
        asked = _asked(ChangesQuerySerializer, request)
        only = ChangeFilter(asked.get("seat"), asked.get("reservation"), asked.get("actor"))
        limit = asked["limit"]
        found = stories.changes(
            event_id=event_id, only=only, before=asked.get("before"), limit=limit + 1
        )
        page = found[:limit]
        response = Response(page)
        if len(found) > limit:
            add_next_link(response, request, before=f"{page[-1]['seq']}.{page[-1]['seat_id']}")
        return response


class HistoryActionsView(EventView):
    permission_classes = (_SEE,)

    @reads(
        "history_actions",
        serializer_of(ActionRecord)(many=True),
        query=ActionsQuerySerializer,
        permissions=_MAY_SEE,
    )
    def get(self, request: Request, event_id: int) -> Response:
        """List what organisers did: edits, publishing, prices, plans, cancellations, exports.

        Newest first. Whoever may change the organisation is also told of its members' roles.
        """
        asked = _asked(ActionsQuerySerializer, request)
        limit, who = asked["limit"], actor(request).id
        found = stories.actions(
            event_id=event_id,
            with_roles=may(who, Permission.CHANGE_ORGANISATION, event_id=event_id),
            before=asked.get("before"),
            limit=limit + 1,
        )
        response = Response(found[:limit])
        if len(found) > limit:
            add_next_link(response, request, before=str(found[limit - 1]["id"]))
        return response


class ReportsView(EventView):
    permission_classes = (_SEE,)

    @reads("reports", serializer_of(ReportsRecord), permissions=_MAY_SEE)
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """Return sums of the sale by day, category, ticket type, payment method and tax rate."""
        return Response(standby.read(partial(reports.reports, event_id=event_id)))


_EXPORT_SCHEMAS = {
    "csv": OpenApiTypes.STR,
    "json": {"type": "array", "items": {"type": "object", "additionalProperties": {}}},
    "xlsx": OpenApiTypes.BINARY,
}


class ExportView(EventView):
    permission_classes = (_SEE,)

    def get_throttles(self) -> list[Any]:
        return [*super().get_throttles(), throttle("sales_export")]

    @extend_schema(
        operation_id="export_sales",
        parameters=[
            OpenApiParameter("table", str, OpenApiParameter.PATH, enum=list(TABLES)),
            ExportQuerySerializer,
        ],
        responses={
            (200, each.content_type.partition(";")[0]): _EXPORT_SCHEMAS[form]
            for form, each in FORMATS.items()
        }
        | {409: RefusalSerializer},
        extensions={"x-permissions": [str(each) for each in _MAY_SEE]},
    )
    def get(self, request: Request, event_id: int, table: str) -> StreamingHttpResponse:
        """Export changes, bookings, tickets or organisers' actions as CSV, JSON or XLSX.

        `X-Seatcast-Rows` says how many rows will follow, each of CSV and JSON on a line of its own.
        No cell is a formula. XLSX is refused with `export_too_large` above 100,000 rows.
        """
        asked = _asked(ExportQuerySerializer, request)
        if table not in TABLES:
            raise NotFound
        export = start_export(
            event_id=event_id, table=table, form=asked["form"], person_id=actor(request).id
        )
        response = streamed(
            request._request,
            export.chunks,
            person_id=actor(request).id,
            content_type=export.content_type,
        )
        response["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
        response["Cache-Control"] = "no-store"
        response[ROWS_HEADER] = str(export.rows)
        return response


def _asked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the validated query. Raises: ValidationError."""
    query = serializer(data=request.query_params)
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)
