"""The calls: parse, hand one command to the desk or ask one selector, answer."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import orjson
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reservations import security_events
from reservations.api.command_view import CommandView
from reservations.api.documentation import reads, writes
from reservations.api.permissions import HasPermission
from reservations.api.requests import accepts_gzip, actor, idempotency_key, requester
from reservations.api.serializers import (
    AdmitSerializer,
    AdmittedAnswerSerializer,
    BestSerializer,
    CancelledAnswerSerializer,
    EventDetailSerializer,
    EventSerializer,
    EventsQuerySerializer,
    ExtendedAnswerSerializer,
    LayoutSerializer,
    LockSerializer,
    PaidAnswerSerializer,
    ReservationSerializer,
    ReservedAnswerSerializer,
    ReserveSerializer,
    RevenueSerializer,
    SeatAnswerSerializer,
    SeatIdsSerializer,
    SeatsAnswerSerializer,
    SeatSerializer,
    TicketSerializer,
    written_place,
)
from reservations.domain.commands import (
    AdmitSeats,
    Command,
    ExtendLocks,
    LockBest,
    LockSeats,
    MarkPaid,
    UnlockSeats,
)
from reservations.domain.criteria import SeatCriteria, SortBy
from reservations.domain.errors import (
    LockExpired,
    NotPermitted,
    SeatUnavailable,
    TicketForAnotherEvent,
    TicketNotFound,
)
from reservations.payments import checkout
from reservations.permissions import SEE_BOOKINGS, Permission, may
from reservations.read import layouts, seat_lists, selectors
from reservations.read.records import CommandResult
from reservations.seat_finder.alternatives import offer
from reservations.seat_finder.locking import lock_best
from reservations.threads import COMMANDS, at_once_or_in_thread, in_thread
from reservations.write import command_queue
from security_log.pages import link_next

YEAR_SECONDS = 365 * 24 * 60 * 60


class EventsView(APIView):
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @reads("events", EventSerializer(many=True), query=EventsQuerySerializer)
    def get(self, request: Request) -> Response:
        """List the events that one may see, in the order of their dates.

        The next page is in the `Link` header (RFC 8288) while there is one.
        """
        query = EventsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = selectors.events(requester=requester(request), **query.validated_data)
        response = Response(page.events)
        if page.end is not None:
            link_next(response, request, after=written_place(page.end))
        return response


class EventView(APIView):
    """A call about one event, which the asker must be allowed to see."""

    permission_classes: Sequence[Any] = (IsAuthenticatedOrReadOnly,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        selectors.require_access(event_id=kwargs["event_id"], requester=requester(request))


class SeatCommandView(CommandView):
    """A call that sends a command about the seats of an event that the asker may see."""

    async def admit(self, request: Any, **kwargs: Any) -> None:
        event_id, who = kwargs["event_id"], requester(request)
        await at_once_or_in_thread(
            partial(selectors.require_access, event_id=event_id, requester=who)
        )

    async def submit(self, request: Request, event_id: int, command: Command) -> CommandResult:
        """Hand one command to the event's queue. Raises: SeatcastError."""
        _read_body(request)
        return await command_queue.asubmit(
            event_id=event_id, command=command, key=idempotency_key(request)
        )

    async def lock(self, request: Request, event_id: int, seat_ids: Sequence[int]) -> CommandResult:
        """Lock seats, or say which others could be had. Raises: SeatcastError."""
        command = LockSeats(actor(request), tuple(seat_ids))
        try:
            return await self.submit(request, event_id, command)
        except SeatUnavailable as refusal:
            await offer(refusal, event_id=event_id, seat_ids=seat_ids)
            raise


class EventDetailView(EventView):
    @reads("event", EventDetailSerializer)
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """Return one event with its categories and plan."""
        return Response(selectors.event(event_id=event_id))


class SeatsView(EventView):
    @reads("seats", SeatSerializer(many=True))
    def get(self, request: Request, event_id: int) -> HttpResponseBase:
        """List all seats; a seat's place in the list is its index on the socket.

        `X-Seatcast-Layout` names that order. With If-None-Match the answer is 304 while nothing
        has changed.
        """
        version = selectors.seats_version(event_id=event_id)
        response = get_conditional_response(request._request, etag=quote_etag(version.tag))
        if response is None:
            found = seat_lists.seat_list(event_id=event_id, version=version)
            version = found.version
            response = HttpResponse(found.content, content_type="application/json")
        response["ETag"] = quote_etag(version.tag)
        response["Cache-Control"] = "private, no-cache"
        response["X-Seatcast-Layout"] = version.layout
        return response


class LayoutView(APIView):
    """What everybody may keep for good, so nobody is looked up unless it is for members alone."""

    permission_classes = (IsAuthenticatedOrReadOnly,)

    def perform_authentication(self, request: Request) -> None:
        """Leave it to who asks for `request.user`; an answer to everybody varies with nobody."""

    @reads("layout", LayoutSerializer)
    def get(self, request: Request, event_id: int, layout: str) -> HttpResponseBase:
        """Return all that is static about the seats, in index order, column by column.

        It may be kept for ever: with anything in it the event's `layout` changes, and so the
        address. Of another layout than the event has now there is nothing.
        """
        is_public = selectors.is_public(event_id=event_id)
        if not is_public:
            selectors.require_access(event_id=event_id, requester=requester(request))
        packed = layouts.packed_layout(event_id=event_id, layout=layout)
        is_gzipped = accepts_gzip(request)
        # A tag stands for bytes, so it says how they are written.
        etag = quote_etag(f"{packed.tag}-gzip" if is_gzipped else packed.tag)
        response = get_conditional_response(request._request, etag=etag)
        if response is None:
            content = packed.gzipped if is_gzipped else packed.plain
            response = HttpResponse(content, content_type="application/json")
            if is_gzipped:
                response["Content-Encoding"] = "gzip"
        response["ETag"] = etag
        kept_by = "public" if is_public else "private"
        response["Cache-Control"] = f"{kept_by}, max-age={YEAR_SECONDS}, immutable"
        patch_vary_headers(response, ("Accept-Encoding",))
        return response


class LocksView(EventView):
    permission_classes = (IsAuthenticated,)

    @reads("locks", LockSerializer(many=True))
    def get(self, request: Request, event_id: int) -> Response:
        """List the seats that the caller holds, with their deadlines."""
        return Response(selectors.locks(event_id=event_id, person_id=actor(request).id))


class RevenueView(EventView):
    permission_classes = (HasPermission.to(Permission.VIEW_RESERVATION),)

    @reads("revenue", RevenueSerializer, permissions=[Permission.VIEW_RESERVATION])
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """Return what the event's bookings come to, in all and by section."""
        return Response(selectors.revenue(event_id=event_id))


class LockSeatView(SeatCommandView):
    @writes("lock_seat", SeatAnswerSerializer)
    async def post(self, request: Request, event_id: int, seat_id: int) -> HttpResponse:
        """Lock one seat. Locking a seat that one holds already does not move its deadline."""
        return _seat(await self.lock(request, event_id, [seat_id]))


class UnlockSeatView(SeatCommandView):
    @writes("unlock_seat", SeatAnswerSerializer)
    async def post(self, request: Request, event_id: int, seat_id: int) -> HttpResponse:
        """Let go of a seat that one holds."""
        return _seat(await self.submit(request, event_id, UnlockSeats(actor(request), (seat_id,))))


class LockSeatsView(SeatCommandView):
    @writes("lock_seats", SeatsAnswerSerializer, body=SeatIdsSerializer)
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Lock several seats, all or none."""
        body = _body(SeatIdsSerializer, request)
        return _seats(await self.lock(request, event_id, body["seat_ids"]))


class LockBestView(SeatCommandView):
    @writes("lock_best", SeatsAnswerSerializer, body=BestSerializer)
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Lock the best seats there are together, in one row with no aisle between.

        By view the nearest to the stage and to the middle of their row, by price the cheapest ones.
        No single seat is left beside them if others are as good.
        """
        body = _body(BestSerializer, request)
        criteria = SeatCriteria(
            body["count"], SortBy(body["by"]), body["section"], body["category"]
        )
        command = LockBest(actor(request), criteria)
        key = idempotency_key(request)
        answer = await in_thread(
            partial(lock_best, event_id=event_id, command=command, key=key), COMMANDS
        )
        return _seats(answer)


class ExtendLocksView(SeatCommandView):
    @writes("extend_locks", ExtendedAnswerSerializer, body=SeatIdsSerializer)
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Hold seats for longer that one holds, all or none.

        A lock can be extended `max_extensions` times, and not past `hold_seconds` after it began.
        """
        body = _body(SeatIdsSerializer, request)
        command = ExtendLocks(actor(request), tuple(body["seat_ids"]))
        answer = await self.submit(request, event_id, command)
        seats = await in_thread(partial(selectors.with_extensions, answer["seats"]))
        return _done(answer, seats=seats)


class UnlockSeatsView(SeatCommandView):
    @writes("unlock_seats", SeatsAnswerSerializer, body=SeatIdsSerializer)
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Let go of several seats, all or none."""
        body = _body(SeatIdsSerializer, request)
        command = UnlockSeats(actor(request), tuple(body["seat_ids"]))
        return _seats(await self.submit(request, event_id, command))


class ReserveView(SeatCommandView):
    @writes("reserve", ReservedAnswerSerializer, body=ReserveSerializer, status=201)
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Book seats that one holds, all or none, and pay for them."""
        body = _body(ReserveSerializer, request)
        order = checkout.Order(
            event_id=event_id,
            actor=actor(request),
            seat_ids=tuple(body["seat_ids"]),
            payment_method=body["payment_method"],
            key=idempotency_key(request),
        )
        try:
            answer = await checkout.areserve(order)
        except (SeatUnavailable, LockExpired) as refusal:
            await offer(refusal, event_id=event_id, seat_ids=order.seat_ids)
            raise
        booked = answer["reservation"]
        return _done(answer, 201, reservation_id=booked["id"], reservation=booked)


class ReservationsView(APIView):
    @reads("reservations", ReservationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List one's own bookings, newest first, cancelled ones included."""
        return Response(selectors.reservations(person_id=actor(request).id))


class ReservationView(APIView):
    @reads("reservation", ReservationSerializer, permissions=SEE_BOOKINGS)
    def get(self, request: Request, reservation_id: str) -> Response:
        """Return one of one's own bookings, or with the permission anybody's."""
        head = selectors.booking(public_id=reservation_id, requester=requester(request))
        return Response(selectors.reservation(reservation_id=head.id))

    @writes(
        "delete_reservation",
        CancelledAnswerSerializer,
        permissions=[Permission.CHANGE_RESERVATION],
    )
    def delete(self, request: Request, reservation_id: str) -> Response:
        """Cancel a booking; the same as posting to its `cancel/`."""
        return _cancel(request, reservation_id)


class CancelView(APIView):
    @writes("cancel", CancelledAnswerSerializer, permissions=[Permission.CHANGE_RESERVATION])
    def post(self, request: Request, reservation_id: str) -> Response:
        """Cancel a booking: its seats become available again, and its money goes back.

        Its buyer may until `cancel_until`, and not once a seat has entered; who has the permission
        may cancel strangers' bookings at any time. Cancelling twice changes nothing.
        """
        return _cancel(request, reservation_id)


class TicketView(APIView):
    permission_classes = (HasPermission.to(Permission.SCAN_TICKET),)

    @reads("ticket", TicketSerializer, permissions=[Permission.SCAN_TICKET])
    def get(self, request: Request, code: str) -> Response:
        """Return whom a ticket admits, and to what, without recording anything."""
        try:
            return Response(selectors.ticket(code=code))
        except TicketNotFound as refusal:
            security_events.record_refused(refusal, actor_id=actor(request).id)
            raise


class PaidView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_RESERVATION),)

    @writes("mark_paid", PaidAnswerSerializer, permissions=[Permission.CHANGE_RESERVATION])
    def post(self, request: Request, reservation_id: str) -> Response:
        """Write down that a booking is paid that was not paid at once.

        Doing so twice changes nothing. What was cancelled or has lapsed is refused.
        """
        _read_body(request)
        booked = selectors.booking(public_id=reservation_id, requester=requester(request))
        command = MarkPaid(actor(request), booked.id)
        answer = command_queue.submit(
            event_id=booked.event_id, command=command, key=idempotency_key(request)
        )
        return _reservation(answer, booked.id)


class EntryView(APIView):
    permission_classes = (HasPermission.to(Permission.SCAN_TICKET),)

    @writes(
        "admit",
        AdmittedAnswerSerializer,
        body=AdmitSerializer,
        permissions=[Permission.SCAN_TICKET],
    )
    def post(self, request: Request, code: str) -> Response:
        """Record that seats of a ticket enter, all or none; each seat enters once.

        Refused with `already_entered` (`entries` says when and where), `ticket_unpaid`,
        `ticket_cancelled`, `ticket_lapsed`, `ticket_for_another_event` or `ticket_not_found`.
        """
        body = _body(AdmitSerializer, request)
        who, key = actor(request), idempotency_key(request)
        try:
            head = selectors.booking_of_ticket(code=code, door_event_id=body.get("event"))
        except (TicketNotFound, TicketForAnotherEvent) as refusal:
            security_events.record_refused(refusal, actor_id=who.id, gate=body["gate"])
            raise
        answer = command_queue.submit(
            event_id=head.event_id,
            command=AdmitSeats(who, head.id, tuple(body.get("seat_ids", ())), body["gate"]),
            key=key,
        )
        admitted = answer["admitted"]
        return Response({"success": True, "message": answer["message"], "admitted": admitted})


def _cancel(request: Request, public_id: str) -> Response:
    _read_body(request)
    who = requester(request)
    booked = selectors.booking(public_id=public_id, requester=who)
    if not booked.is_own and not may(
        who.id, Permission.CHANGE_RESERVATION, event_id=booked.event_id
    ):
        raise NotPermitted
    answer = checkout.cancel(
        event_id=booked.event_id,
        actor=actor(request),
        reservation_id=booked.id,
        as_organiser=not booked.is_own,
        key=idempotency_key(request),
    )
    return _reservation(answer, booked.id)


def _reservation(answer: CommandResult, reservation_id: int) -> Response:
    """Return what became of a reservation, and how it stands now."""
    found = selectors.reservation(reservation_id=reservation_id)
    return Response({"success": True, "message": answer["message"], "reservation": found})


def _read_body(request: Request) -> None:
    """Refuse a malformed body, also where nothing is wanted from it. Raises: ParseError."""
    _ = request.data


def _body(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return what a body says. Raises: ParseError, ValidationError."""
    return dict(_form(serializer).run_validation(request.data))


@cache
def _form(serializer: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """Return the one instance that all requests share: to copy its fields takes 60 µs."""
    return serializer()


def _seat(answer: CommandResult) -> HttpResponse:
    return _done(answer, seat=answer["seats"][0])


def _seats(answer: CommandResult) -> HttpResponse:
    return _done(answer, seats=answer["seats"])


def _done(answer: CommandResult, status: int = 200, **data: Any) -> HttpResponse:
    """Return what a command came to, written here: the framework's own way takes 30 µs longer."""
    content = orjson.dumps({"success": True, "message": answer["message"], **data})
    return HttpResponse(content, content_type="application/json", status=status)
