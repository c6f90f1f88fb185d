"""The views of reservations: their buyers see and cancel them, organisers mark them as paid."""

from typing import Any

from django.conf import settings
from django.http.response import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reservations.api.answers import read_body
from reservations.api.documentation import reads, writes
from reservations.api.permissions import HasPermission, require_permission
from reservations.api.requests import actor, idempotency_key, requester
from reservations.api.serializers import (
    CancelledAnswerSerializer,
    LanguageSerializer,
    PaidAnswerSerializer,
    RefusalSerializer,
    ReservationSerializer,
)
from reservations.bookings import booking_records, command_queue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import MarkPaid
from reservations.domain.errors import NotPermitted, TicketCancelled, TicketUnpaid
from reservations.payments import refunds
from reservations.permissions import SEE_BOOKINGS, Permission, may
from reservations.runtime.throttles import throttle
from reservations.tickets import ticket_files


class ReservationsView(APIView):
    @reads("reservations", ReservationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the requester's reservations, newest first, including cancelled ones."""
        return Response(booking_records.reservations(person_id=actor(request).id))


class ReservationView(APIView):
    @reads("reservation", ReservationSerializer, permissions=SEE_BOOKINGS)
    def get(self, request: Request, reservation_id: str) -> Response:
        """Return one of the requester's reservations; with the permission, anyone's."""
        head = booking_records.booking(public_id=reservation_id, requester=requester(request))
        return Response(booking_records.reservation(reservation_id=head.id))

    @writes(
        "delete_reservation",
        CancelledAnswerSerializer,
        permissions=[Permission.CHANGE_RESERVATION],
    )
    def delete(self, request: Request, reservation_id: str) -> Response:
        """Cancel a reservation, like POST to its `cancel/`."""
        return _cancel(request, reservation_id)


class TicketFileView(APIView):
    def get_throttles(self) -> list[Any]:
        return [*super().get_throttles(), throttle("ticket_file")]

    @extend_schema(
        operation_id="ticket_file",
        parameters=[LanguageSerializer],
        responses={(200, "application/pdf"): OpenApiTypes.BINARY, 409: RefusalSerializer},
        extensions={"x-permissions": [str(each) for each in SEE_BOOKINGS]},
    )
    def get(self, request: Request, reservation_id: str) -> HttpResponse:
        """Return the ticket of a paid reservation of the requester's as PDF; see `reservation`."""
        asked = LanguageSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        head = booking_records.booking(public_id=reservation_id, requester=requester(request))
        content = ticket_files.ticket_pdf(
            public_id=reservation_id,
            site=settings.SEATCAST_SITE_URL.rstrip("/"),
            language=asked.validated_data["language"],
            person_id=actor(request).id,
        )
        if content is None:
            found = booking_records.reservation(reservation_id=head.id)
            raise TicketUnpaid if found["status"] == "confirmed" else TicketCancelled
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="ticket-{reservation_id}.pdf"'
        response["Cache-Control"] = "no-store"
        return response


class CancelView(APIView):
    @writes("cancel", CancelledAnswerSerializer, permissions=[Permission.CHANGE_RESERVATION])
    def post(self, request: Request, reservation_id: str) -> Response:
        """Cancel a reservation: its seats become available, and its payment is returned.

        Its buyer may cancel until `cancel_until`, unless a seat was admitted; with the permission
        anyone's reservation can be cancelled at any time. Cancelling twice changes nothing.
        """
        return _cancel(request, reservation_id)


class PaidView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_RESERVATION),)

    @writes("mark_paid", PaidAnswerSerializer, permissions=[Permission.CHANGE_RESERVATION])
    def post(self, request: Request, reservation_id: str) -> Response:
        """Mark a reservation that is paid offline as paid.

        Doing so twice changes nothing. Cancelled and lapsed reservations are refused.
        """
        read_body(request)
        booked = booking_records.booking(public_id=reservation_id, requester=requester(request))
        require_permission(request, Permission.CHANGE_RESERVATION, event_id=booked.event_id)
        command = MarkPaid(actor(request), booked.id)
        answer = command_queue.submit(
            event_id=booked.event_id, command=command, key=idempotency_key(request)
        )
        return _reservation(answer, booked.id)


def _cancel(request: Request, public_id: str) -> Response:
    read_body(request)
    who = requester(request)
    booked = booking_records.booking(public_id=public_id, requester=who)
    if not booked.is_own and not may(
        who.id, Permission.CHANGE_RESERVATION, event_id=booked.event_id
    ):
        raise NotPermitted
    answer = refunds.cancel(
        event_id=booked.event_id,
        actor=actor(request),
        reservation_id=booked.id,
        as_organiser=not booked.is_own,
        key=idempotency_key(request),
    )
    return _reservation(answer, booked.id)


def _reservation(answer: CommandResult, reservation_id: int) -> Response:
    """Return a command's message with the current reservation."""
    found = booking_records.reservation(reservation_id=reservation_id)
    return Response({"success": True, "message": answer["message"], "reservation": found})
