"""The API of the doors of an event: devices that admit people, also without a network."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.serializers import DoneSerializer
from doors import selectors, services
from doors.api.serializers import (
    ChangesQuerySerializer,
    NewDoorSerializer,
    ScanResultSerializer,
    ScanResultsSerializer,
    ScansSerializer,
)
from doors.models import Scan
from doors.services import TicketScan
from reservations.api.documentation import edits, reads
from reservations.api.permissions import HasPermission
from reservations.api.record_serializers import serializer_of
from reservations.api.requests import actor
from reservations.permissions import Permission


class StewardsView(APIView):
    """A view of an event's doors, also of one that is not public."""

    permission_classes: Sequence[Any] = (HasPermission.to(Permission.SCAN_TICKET),)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises: EventNotFound."""
        super().initial(request, *args, **kwargs)
        selectors.require_event(event_id=kwargs["event_id"])


class DoorsView(StewardsView):
    @reads("doors", serializer_of(selectors.DoorsRecord), permissions=[Permission.SCAN_TICKET])
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """List the doors of an event, how many have entered, and scans that need attention."""
        return Response(selectors.doors(event_id=event_id))


class DoorView(StewardsView):
    @edits(
        "register_door",
        DoneSerializer,
        body=NewDoorSerializer,
        permissions=[Permission.SCAN_TICKET],
    )
    def put(self, request: Request, event_id: int, door_id: UUID) -> Response:
        """Register a device as a door of an event, by an id that it chooses, or rename it."""
        body = NewDoorSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        services.register(
            event_id=event_id,
            door_id=door_id,
            steward_id=actor(request).id,
            **body.validated_data,
        )
        return Response({"success": True, "message": "Device registered"})


class RevokeDoorView(StewardsView):
    permission_classes = (HasPermission.to(Permission.CHANGE_RESERVATION),)

    @edits("revoke_door", DoneSerializer, permissions=[Permission.CHANGE_RESERVATION])
    def post(self, request: Request, event_id: int, door_id: UUID) -> Response:
        """Block a device, for example a lost phone: it deletes its list as soon as it is online.

        None of its scans is accepted any more.
        """
        _ = request.data  # refuses a malformed body
        services.revoke(event_id=event_id, door_id=door_id, actor_id=actor(request).id)
        return Response({"success": True, "message": "Device blocked"})


class DoorListView(StewardsView):
    @reads(
        "door_list", serializer_of(selectors.DoorListRecord), permissions=[Permission.SCAN_TICKET]
    )
    def get(self, request: Request, event_id: int, door_id: UUID) -> Response:  # noqa: ARG002
        """Return the list with which a door decides without a network.

        Refused with `door_not_found` or `door_revoked`.
        """
        selectors.open_door(event_id=event_id, door_id=door_id)
        return Response(selectors.door_list(event_id=event_id))


class DoorChangesView(StewardsView):
    @reads(
        "door_changes",
        serializer_of(selectors.DoorChangesRecord),
        query=ChangesQuerySerializer,
        permissions=[Permission.SCAN_TICKET],
    )
    def get(self, request: Request, event_id: int, door_id: UUID) -> Response:
        """Return the entries at all doors after one, and the counts; cheap to ask every second.

        When `version` changes, load the list again. Refused as the list is.
        """
        query = ChangesQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        selectors.open_door(event_id=event_id, door_id=door_id)
        return Response(selectors.door_changes(event_id=event_id, **query.validated_data))


class DoorScansView(StewardsView):
    @edits(
        "door_scans",
        ScanResultsSerializer,
        body=ScansSerializer,
        permissions=[Permission.SCAN_TICKET],
    )
    def post(self, request: Request, event_id: int, door_id: UUID) -> Response:
        """Record scans, each once however often it is sent; the server decides, or the door has.

        What a door has decided is not undone: a ticket that two doors admitted is reported as
        `double`, with when and where it was first, and one that was not valid as `invalid`.
        """
        body: Any = ScansSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        door = selectors.open_door(event_id=event_id, door_id=door_id)
        scans = [
            TicketScan(**{**scan, "seat_ids": tuple(scan["seat_ids"])})
            for scan in body.validated_data["scans"]
        ]
        recorded = services.record_scans(
            scans, door=door, actor=actor(request), sent_at=body.validated_data["sent_at"]
        )
        return Response({"results": _results(recorded)})


def _results(recorded: list[Scan]) -> Any:
    shown: Any = ScanResultSerializer(many=True)
    return shown.to_representation(recorded)
