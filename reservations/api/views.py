"""The API views: parse the request, send one command or call one selector, respond."""

from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import orjson
from django.conf import settings
from django.http.response import HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated, IsAuthenticatedOrReadOnly
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from reservations import security_events, standby, ticket_files
from reservations.api.command_view import CommandView
from reservations.api.documentation import reads, writes
from reservations.api.guesses import code_counted
from reservations.api.permissions import HasPermission, require_permission
from reservations.api.record_serializers import serializer_of
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
    LanguageSerializer,
    LayoutSerializer,
    LockSeatsSerializer,
    LockSerializer,
    MiniatureSerializer,
    PaidAnswerSerializer,
    PlacesSerializer,
    RefusalSerializer,
    ReservationSerializer,
    ReservedAnswerSerializer,
    ReserveSerializer,
    RevenueSerializer,
    SeatAnswerSerializer,
    SeatIdsSerializer,
    SeatsAnswerSerializer,
    SeatSerializer,
    StartedPaymentAnswerSerializer,
    TicketSerializer,
    written_place,
)
from reservations.domain.commands import (
    AdmitSeats,
    Command,
    ExtendLocks,
    LockBest,
    LockPlaces,
    LockSeats,
    MarkPaid,
    UnlockSeats,
)
from reservations.domain.criteria import SeatCriteria, SortBy
from reservations.domain.errors import (
    LockExpired,
    NotPermitted,
    SeatGivenUp,
    SeatNotFound,
    SeatUnavailable,
    TicketCancelled,
    TicketForAnotherEvent,
    TicketNotFound,
    TicketUnpaid,
    WholeTable,
)
from reservations.domain.features import SeatWish
from reservations.payments import checkout, refunds
from reservations.permissions import SEE_BOOKINGS, Permission, may
from reservations.read import layouts, miniatures, sale_figures, seat_lists, selectors
from reservations.read.promo_codes import folded_code
from reservations.read.records import CommandResult
from reservations.read.sale_figures import SaleFiguresRecord
from reservations.seat_finder.alternatives import offer
from reservations.seat_finder.locking import lock_best
from reservations.seat_finder.standing import lock_places
from reservations.threads import COMMANDS, at_once_or_in_thread, in_thread
from reservations.throttles import throttle
from reservations.tickets import seat_of
from reservations.write import command_queue
from security_log.pagination import add_next_link

YEAR_SECONDS = 365 * 24 * 60 * 60


class EventsView(APIView):
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @reads("events", EventSerializer(many=True), query=EventsQuerySerializer)
    def get(self, request: Request) -> Response:
        """List the events that the requester may see, by date.

        The `Link` header (RFC 8288) has the next page, if there is one.
        """
        query = EventsQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        only = selectors.EventFilter(
            words=asked["search"],
            starts_from=asked["starts_from"],
            starts_before=asked["starts_before"],
            upcoming=asked["upcoming"],
            managed=asked["managed"],
            scannable=asked["scannable"],
        )
        who = requester(request)
        read = partial(
            selectors.events,
            requester=who,
            only=only,
            limit=asked["limit"],
            after=asked.get("after"),
        )
        # What members and organisers see rests on their permissions.
        page = standby.read(read) if who.id is None else read()
        response = Response(page.events)
        if page.end is not None:
            add_next_link(response, request, after=written_place(page.end))
        return response


class EventView(APIView):
    """A view of one event that the requester may see."""

    permission_classes: Sequence[Any] = (IsAuthenticatedOrReadOnly,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        selectors.require_access(event_id=kwargs["event_id"], requester=requester(request))


class SeatCommandView(CommandView):
    """A view that sends a command about the seats of an event that the requester may see."""

    async def admit(self, request: Any, **kwargs: Any) -> None:
        event_id, who = kwargs["event_id"], requester(request)
        await at_once_or_in_thread(
            partial(selectors.require_access, event_id=event_id, requester=who)
        )

    async def submit(self, request: Request, event_id: int, command: Command) -> CommandResult:
        """Send a command. Raises: SeatcastError."""
        try:
            return await command_queue.asubmit(
                event_id=event_id, command=command, key=idempotency_key(request)
            )
        except WholeTable as refusal:
            await _add_missing(refusal)
            raise

    async def lock(
        self, request: Request, event_id: int, seat_ids: Sequence[int], promo_code: str = ""
    ) -> CommandResult:
        """Lock seats; a refusal has alternatives. Raises: SeatcastError, Throttled."""
        command = LockSeats(actor(request), tuple(seat_ids), folded_code(promo_code))
        async with code_counted(command.actor.id, command.promo_code):
            return await self._lock(request, event_id, command)

    async def _lock(self, request: Request, event_id: int, command: LockSeats) -> CommandResult:
        try:
            return await self.submit(request, event_id, command)
        except SeatUnavailable as refusal:
            await offer(refusal, event_id=event_id, seat_ids=command.seat_ids)
            raise


class EventDetailView(EventView):
    @reads("event", EventDetailSerializer)
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """Return one event with its categories and plan."""
        return Response(selectors.event(event_id=event_id))


class SeatsView(EventView):
    @reads("seats", SeatSerializer(many=True))
    def get(self, request: Request, event_id: int) -> HttpResponseBase:
        """List all seats; a seat's position in the list is its index in WebSocket frames.

        `X-Seatcast-Layout` names that order. With If-None-Match the response is 304 if nothing has
        changed.
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
    """A layout, which clients cache for good."""

    permission_classes = (IsAuthenticatedOrReadOnly,)

    def perform_authentication(self, request: Request) -> None:
        """Authenticate lazily, so that public responses can be cached."""

    @reads("layout", LayoutSerializer)
    def get(self, request: Request, event_id: int, layout: str) -> HttpResponseBase:
        """Return the static data of the seats in index order, as columns.

        It never changes, because the event's `layout` and so the URL changes with the data. Only
        the current layout is found.
        """
        is_public = selectors.is_public(event_id=event_id)
        if not is_public:
            selectors.require_access(event_id=event_id, requester=requester(request))
        packed = layouts.packed_layout(event_id=event_id, layout=layout)
        is_gzipped = accepts_gzip(request)
        # A strong tag names bytes, so each encoding has its own.
        etag = quote_etag(f"{packed.tag}-gzip" if is_gzipped else packed.tag)
        response = get_conditional_response(request._request, etag=etag)
        if response is None:
            content = packed.gzipped if is_gzipped else packed.plain
            response = HttpResponse(content, content_type="application/json")
            if is_gzipped:
                response["Content-Encoding"] = "gzip"
        response["ETag"] = etag
        cacheability = "public" if is_public else "private"
        response["Cache-Control"] = f"{cacheability}, max-age={YEAR_SECONDS}, immutable"
        patch_vary_headers(response, ("Accept-Encoding",))
        return response


class MiniatureView(APIView):
    """A miniature of a hall, for the event list."""

    permission_classes = (IsAuthenticatedOrReadOnly,)

    def perform_authentication(self, request: Request) -> None:
        """Authenticate lazily, so that public responses can be cached."""

    @reads("miniature", MiniatureSerializer)
    def get(self, request: Request, event_id: int) -> HttpResponseBase:
        """Return the hall as some hundred points, and which share of their seats is free.

        It may be some seconds old.
        """
        is_public = selectors.is_public(event_id=event_id)
        if not is_public:
            selectors.require_access(event_id=event_id, requester=requester(request))
        found = miniatures.miniature(event_id=event_id)
        etag = quote_etag(found.tag)
        response = get_conditional_response(request._request, etag=etag)
        if response is None:
            response = HttpResponse(found.content, content_type="application/json")
        response["ETag"] = etag
        cacheability = "public" if is_public else "private"
        response["Cache-Control"] = f"{cacheability}, max-age={miniatures.SECONDS}"
        return response


class LocksView(EventView):
    permission_classes = (IsAuthenticated,)

    @reads("locks", LockSerializer(many=True))
    def get(self, request: Request, event_id: int) -> Response:
        """List the seats that the requester holds, with their deadlines."""
        return Response(selectors.locks(event_id=event_id, person_id=actor(request).id))


class RevenueView(EventView):
    permission_classes = (HasPermission.to(Permission.VIEW_RESERVATION),)

    @reads("revenue", RevenueSerializer, permissions=[Permission.VIEW_RESERVATION])
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """Return the event's revenue, in total and by section."""
        return Response(selectors.revenue(event_id=event_id))


class FiguresView(EventView):
    permission_classes = (HasPermission.to(Permission.VIEW_RESERVATION),)

    @reads("figures", serializer_of(SaleFiguresRecord), permissions=[Permission.VIEW_RESERVATION])
    def get(self, request: Request, event_id: int) -> Response:  # noqa: ARG002
        """Return the figures of the event's sale: money, holds, recent minutes, its course.

        Organisers with a socket are sent the same as a frame, whenever something has changed.
        """
        return Response(sale_figures.figures(event_id=event_id))


class LockSeatView(SeatCommandView):
    @writes("lock_seat", SeatAnswerSerializer)
    async def post(self, request: Request, event_id: int, seat_id: int) -> HttpResponse:
        """Lock a seat. Locking a seat that the requester holds does not move its deadline."""
        return _seat(await self.lock(request, event_id, [seat_id]))


class UnlockSeatView(SeatCommandView):
    @writes("unlock_seat", SeatAnswerSerializer)
    async def post(self, request: Request, event_id: int, seat_id: int) -> HttpResponse:
        """Unlock a seat that the requester holds."""
        return _seat(await self.submit(request, event_id, UnlockSeats(actor(request), (seat_id,))))


class LockSeatsView(SeatCommandView):
    @writes("lock_seats", SeatsAnswerSerializer, body=LockSeatsSerializer)
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Lock several seats, all or none. A promo code opens seats that are kept for it."""
        body = parsed_body(LockSeatsSerializer, request)
        return _seats(await self.lock(request, event_id, body["seat_ids"], body["promo_code"]))


class LockBestView(SeatCommandView):
    @writes("lock_best", SeatsAnswerSerializer, body=BestSerializer)
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Lock the best adjacent seats, in one row without an aisle in between.

        By view those nearest to the stage and to the middle of their row, by price the cheapest.
        Sets that leave no single seat beside them are preferred. With the wish for an accessible
        seat the others are its companion seats, wherever they are, and then its neighbours. A promo
        code adds the seats that are kept for it, as many as it is good for.
        """
        body = parsed_body(BestSerializer, request)
        criteria = SeatCriteria(
            body["count"],
            SortBy(body["by"]),
            body["section"],
            body["category"],
            wishes=tuple(wish for wish in SeatWish if wish in body["wishes"]),
        )
        command = LockBest(actor(request), criteria, promo_code=folded_code(body["promo_code"]))
        key = idempotency_key(request)
        async with code_counted(command.actor.id, command.promo_code):
            answer = await in_thread(
                partial(lock_best, event_id=event_id, command=command, key=key), COMMANDS
            )
        return _seats(answer)


class LockPlacesView(SeatCommandView):
    @writes("lock_places", SeatsAnswerSerializer, body=PlacesSerializer)
    async def post(self, request: Request, event_id: int, group: str) -> HttpResponse:
        """Lock places of a standing area by number, all or none.

        They are interchangeable: any free ones are locked, those that a promo code opens first. A
        shortage is refused with `area_full`, and how many are `left`.
        """
        body = parsed_body(PlacesSerializer, request)
        code = folded_code(body["promo_code"])
        command = LockPlaces(actor(request), group, body["count"], promo_code=code)
        key = idempotency_key(request)
        async with code_counted(command.actor.id, code):
            answer = await in_thread(
                partial(lock_places, event_id=event_id, command=command, key=key), COMMANDS
            )
        return _seats(answer)


class ExtendLocksView(SeatCommandView):
    @writes("extend_locks", ExtendedAnswerSerializer, body=SeatIdsSerializer)
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Extend the requester's locks on seats, all or none.

        A lock can be extended `max_extensions` times, and not past `hold_seconds` after it began.
        """
        body = parsed_body(SeatIdsSerializer, request)
        command = ExtendLocks(actor(request), tuple(body["seat_ids"]))
        answer = await self.submit(request, event_id, command)
        seats = await in_thread(partial(selectors.with_extensions, answer["seats"]))
        return answered(answer, seats=seats)


class UnlockSeatsView(SeatCommandView):
    @writes("unlock_seats", SeatsAnswerSerializer, body=SeatIdsSerializer)
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Unlock several seats, all or none."""
        body = parsed_body(SeatIdsSerializer, request)
        command = UnlockSeats(actor(request), tuple(body["seat_ids"]))
        return _seats(await self.submit(request, event_id, command))


class ReserveView(SeatCommandView):
    @writes(
        "reserve",
        ReservedAnswerSerializer,
        body=ReserveSerializer,
        status=201,
        accepted=StartedPaymentAnswerSerializer,
    )
    async def post(self, request: Request, event_id: int) -> HttpResponse:
        """Reserve seats that the requester holds, all or none, and pay for them.

        202 if the payment waits for the buyer or their bank: the seats are held meanwhile, and
        `payments/{reference}/` tells what is to be done. They are reserved once it is authorised.
        """
        body = parsed_body(ReserveSerializer, request)
        order = checkout.Order(
            event_id=event_id,
            actor=actor(request),
            seat_ids=tuple(body["seat_ids"]),
            payment_method=body["payment_method"],
            ticket_types=tuple(sorted(body.get("ticket_types", {}).items())),
            expected_total=body.get("expected_total"),
            key=idempotency_key(request),
        )
        try:
            answer = await checkout.areserve(order)
        except (SeatUnavailable, LockExpired) as refusal:
            await offer(refusal, event_id=event_id, seat_ids=order.seat_ids)
            raise
        except WholeTable as refusal:
            await _add_missing(refusal)
            raise
        if "open_payment" in answer:
            return answered(answer, 202, payment_reference=answer["open_payment"])
        booked = answer["reservation"]
        return answered(
            answer,
            201,
            reservation_id=booked["id"],
            reservation=booked,
            mailed_to=answer["mailed_to"],
        )


class ReservationsView(APIView):
    @reads("reservations", ReservationSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the requester's reservations, newest first, including cancelled ones."""
        return Response(selectors.reservations(person_id=actor(request).id))


class ReservationView(APIView):
    @reads("reservation", ReservationSerializer, permissions=SEE_BOOKINGS)
    def get(self, request: Request, reservation_id: str) -> Response:
        """Return one of the requester's reservations; with the permission, anyone's."""
        head = selectors.booking(public_id=reservation_id, requester=requester(request))
        return Response(selectors.reservation(reservation_id=head.id))

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
        head = selectors.booking(public_id=reservation_id, requester=requester(request))
        content = ticket_files.ticket_pdf(
            public_id=reservation_id,
            site=settings.SEATCAST_SITE_URL.rstrip("/"),
            language=asked.validated_data["language"],
            person_id=actor(request).id,
        )
        if content is None:
            found = selectors.reservation(reservation_id=head.id)
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


class TicketView(APIView):
    permission_classes = (HasPermission.to(Permission.SCAN_TICKET),)

    @reads("ticket", TicketSerializer, permissions=[Permission.SCAN_TICKET])
    def get(self, request: Request, code: str) -> Response:
        """Check a ticket without recording entry."""
        who = actor(request)
        try:
            return Response(selectors.ticket(code=code, scanner_id=who.id))
        except TicketNotFound as refusal:
            security_events.record_refused(refusal, actor_id=who.id)
            raise


class PaidView(APIView):
    permission_classes = (HasPermission.to(Permission.CHANGE_RESERVATION),)

    @writes("mark_paid", PaidAnswerSerializer, permissions=[Permission.CHANGE_RESERVATION])
    def post(self, request: Request, reservation_id: str) -> Response:
        """Mark a reservation that is paid offline as paid.

        Doing so twice changes nothing. Cancelled and lapsed reservations are refused.
        """
        _read_body(request)
        booked = selectors.booking(public_id=reservation_id, requester=requester(request))
        require_permission(request, Permission.CHANGE_RESERVATION, event_id=booked.event_id)
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
        """Admit seats of a ticket, all or none; each seat is admitted once.

        A ticket for one seat admits that seat, unless `seat_ids` says otherwise.

        Refused with `already_entered` (`entries` has time and gate), `ticket_unpaid`,
        `ticket_cancelled`, `ticket_lapsed`, `ticket_merged`, `seat_given_up` (`given_up` has what
        came in its place), `ticket_for_another_event` or `ticket_not_found`.
        """
        body = parsed_body(AdmitSerializer, request)
        who, key = actor(request), idempotency_key(request)
        try:
            head = selectors.booking_of_ticket(
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
            if given_up := selectors.given_up(reservation_id=head.id, seat_ids=seat_ids):
                raise SeatGivenUp(given_up=given_up) from None
            raise
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
    found = selectors.reservation(reservation_id=reservation_id)
    return Response({"success": True, "message": answer["message"], "reservation": found})


async def _add_missing(refusal: WholeTable) -> None:
    """Add the `missing` seats of the tables to the details of a refusal."""
    named = [row["seat_id"] for row in refusal.details["conflicts"]]
    missing = await in_thread(partial(selectors.other_seats_of_tables, seat_ids=named))
    refusal.details["missing"] = missing


def _read_body(request: Request) -> None:
    """Parse a body that is not used, so that a malformed one is refused. Raises: ParseError."""
    _ = request.data


def parsed_body(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the validated body. Raises: ParseError, ValidationError."""
    return dict(_form(serializer).run_validation(request.data))


@cache
def _form(serializer: type[serializers.Serializer[Any]]) -> serializers.Serializer[Any]:
    """Return the shared serializer instance, because copying its fields takes 60 µs."""
    return serializer()


def _seat(answer: CommandResult) -> HttpResponse:
    return answered(answer, seat=answer["seats"][0])


def _seats(answer: CommandResult) -> HttpResponse:
    return answered(answer, seats=answer["seats"])


def answered(answer: CommandResult, status: int = 200, **data: Any) -> HttpResponse:
    """Return a JSON response; REST framework's rendering would take 30 µs longer."""
    content = orjson.dumps({"success": True, "message": answer["message"], **data})
    return HttpResponse(content, content_type="application/json", status=status)
