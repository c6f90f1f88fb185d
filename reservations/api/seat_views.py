"""The views of buyers that send one command about seats: lock, extend, release, reserve."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.http.response import HttpResponse
from rest_framework.request import Request

from reservations.api.answers import answered, parsed_body
from reservations.api.command_view import CommandView
from reservations.api.documentation import writes
from reservations.api.guesses import code_counted
from reservations.api.requests import actor, idempotency_key, requester
from reservations.api.serializers import (
    BestSerializer,
    ExtendedAnswerSerializer,
    LockSeatsSerializer,
    PlacesSerializer,
    ReservedAnswerSerializer,
    ReserveSerializer,
    SeatAnswerSerializer,
    SeatIdsSerializer,
    SeatsAnswerSerializer,
    StartedPaymentAnswerSerializer,
)
from reservations.bookings import command_queue
from reservations.bookings.records import CommandResult
from reservations.domain.commands import (
    Command,
    ExtendLocks,
    LockBest,
    LockPlaces,
    LockSeats,
    UnlockSeats,
)
from reservations.domain.criteria import SeatCriteria, SortBy
from reservations.domain.errors import LockExpired, SeatUnavailable, WholeTable
from reservations.domain.features import SeatWish
from reservations.events import access, seat_records
from reservations.events.promo_codes import folded_code
from reservations.payments import checkout
from reservations.runtime.threads import COMMANDS, at_once_or_in_thread, in_thread
from reservations.seat_finder.alternatives import offer
from reservations.seat_finder.locking import lock_best
from reservations.seat_finder.standing import lock_places


class SeatCommandView(CommandView):
    """A view that sends a command about the seats of an event that the requester may see."""

    async def admit(self, request: Any, **kwargs: Any) -> None:
        event_id, who = kwargs["event_id"], requester(request)
        await at_once_or_in_thread(partial(access.require_access, event_id=event_id, requester=who))

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
        seats = await in_thread(partial(seat_records.with_extensions, answer["seats"]))
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


async def _add_missing(refusal: WholeTable) -> None:
    """Add the `missing` seats of the tables to the details of a refusal."""
    named = [row["seat_id"] for row in refusal.details["conflicts"]]
    missing = await in_thread(partial(seat_records.other_seats_of_tables, seat_ids=named))
    refusal.details["missing"] = missing


def _seat(answer: CommandResult) -> HttpResponse:
    return answered(answer, seat=answer["seats"][0])


def _seats(answer: CommandResult) -> HttpResponse:
    return answered(answer, seats=answer["seats"])
