"""The views of the door: check a ticket, and admit people."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reservations.api.answers import parsed_body
from reservations.api.documentation import reads, writes
from reservations.api.permissions import HasPermission
from reservations.api.requests import actor, idempotency_key
from reservations.api.serializers import AdmitSerializer, AdmittedAnswerSerializer, TicketSerializer
from reservations.bookings import booking_records, command_queue, security_events
from reservations.bookings.ticket_codes import seat_of
from reservations.domain.commands import AdmitSeats
from reservations.domain.errors import (
    SeatGivenUp,
    SeatNotFound,
    TicketForAnotherEvent,
    TicketNotFound,
)
from reservations.permissions import Permission


class TicketView(APIView):
    permission_classes = (HasPermission.to(Permission.SCAN_TICKET),)

    @reads("ticket", TicketSerializer, permissions=[Permission.SCAN_TICKET])
    def get(self, request: Request, code: str) -> Response:
        """Check a ticket without recording entry."""
        who = actor(request)
        try:
            return Response(booking_records.ticket(code=code, scanner_id=who.id))
        except TicketNotFound as refusal:
            security_events.record_refused(refusal, actor_id=who.id)
            raise


class EntryView(APIView):
    permission_classes = (HasPermission.to(Permission.SCAN_TICKET),)

    @writes(
        "admit",
        AdmittedAnswerSerializer,
        body=AdmitSerializer,
        permissions=[Permission.SCAN_TICKET],
    )
    def post(self, request: Request, code: str) -> Response:
        """Admit seats of a ticket, all or none; each seat is admitted once.

        A ticket for one seat admits that seat, unless `seat_ids` says otherwise.

        Refused with `already_entered` (`entries` has time and gate), `ticket_unpaid`,
        `ticket_cancelled`, `ticket_lapsed`, `ticket_merged`, `seat_given_up` (`given_up` has what
        came in its place), `ticket_for_another_event` or `ticket_not_found`.
        """
        body = parsed_body(AdmitSerializer, request)
        who, key = actor(request), idempotency_key(request)
        try:
            head = booking_records.booking_of_ticket(
                code=code, scanner_id=who.id, door_event_id=body.get("event")
            )
        except (TicketNotFound, TicketForAnotherEvent) as refusal:
            security_events.record_refused(refusal, actor_id=who.id, gate=body["gate"])
            raise
        own = seat_of(code)
        seat_ids = tuple(body.get("seat_ids", () if own is None else (own,)))
        command = AdmitSeats(who, head.id, seat_ids, body["gate"])
        try:
            answer = command_queue.submit(event_id=head.event_id, command=command, key=key)
        except SeatNotFound:
            if given_up := booking_records.given_up(reservation_id=head.id, seat_ids=seat_ids):
                raise SeatGivenUp(given_up=given_up) from None
            raise
        admitted = answer["admitted"]
        return Response({"success": True, "message": answer["message"], "admitted": admitted})
