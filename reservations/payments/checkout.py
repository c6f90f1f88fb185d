"""Booking and cancelling, with the money: the desk decides, the provider is told in between.

Order of a booking that is paid for: the payment is written down; the provider sets the money
aside; seats, booking and payment are committed in one transaction; the provider takes the money.
Whoever dies in between leaves a payment whose status says what the provider is still to be told:
nothing was booked and the money is given back, or it was and the money is taken. `finish` sees to
that, for all that are `unfinished`.

Nothing here holds a lock or a connection while the provider is asked.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import BoundedSemaphore
from typing import cast
from uuid import uuid4

from django.conf import settings
from django.db import Error, transaction

from reservations import clock, database, metrics, security_events
from reservations.domain.commands import CancelReservation, ReserveSeats, StartPayment
from reservations.domain.errors import (
    Busy,
    PaymentDeclined,
    PaymentUnavailable,
    PaymentWithdrawn,
    SeatcastError,
    Unavailable,
)
from reservations.domain.states import PaymentStatus, Person
from reservations.models import Payment
from reservations.models.payments import UNFINISHED
from reservations.payments.provider import AlreadyCaptured, is_paid_online, provider
from reservations.payments.storage import PAYMENT_SECONDS
from reservations.read.records import CommandResult, PaymentRecord
from reservations.threads import COMMANDS, in_thread
from reservations.write import command_queue
from reservations.write.idempotency import refuse_in_flight, release_in_flight, replace_answer

# How long to wait before a call to the provider is made again, give or take a half.
_RETRY_SECONDS = (0.1, 0.4)
# More than a payment can take from any status to its end.
_MOST_STEPS = 5

logger = logging.getLogger(__name__)

# Threads that wait for the provider serve nobody else meanwhile.
_at_the_provider = BoundedSemaphore(settings.SEATCAST_MAX_PAYMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody wants to book, and how they pay."""

    event_id: int
    actor: Person
    seat_ids: tuple[int, ...]
    payment_method: str
    key: str | None = None


async def areserve(order: Order) -> CommandResult:
    """Book seats that the actor holds, all or none, and have them paid for, now or later.

    With an idempotency key it is done once, and the answer is the same each time.

    Raises: SeatcastError. PaymentDeclined and PaymentUnavailable leave the locks as they are.
    """
    if is_paid_online(order.payment_method):
        return await in_thread(partial(reserve, order), COMMANDS)
    return await command_queue.asubmit(
        event_id=order.event_id, command=_paid_later(order), key=order.key
    )


def reserve(order: Order) -> CommandResult:
    """As `areserve`, for a thread."""
    if not is_paid_online(order.payment_method):
        return command_queue.submit(
            event_id=order.event_id, command=_paid_later(order), key=order.key
        )
    reference = uuid4().hex
    started = command_queue.submit(
        event_id=order.event_id,
        command=StartPayment(order.actor, order.seat_ids, order.payment_method, reference),
        key=order.key,
    )
    if "payment" not in started:
        return started
    _authorise(order, started["payment"])
    return _charge(order, reference, _book(order, reference))


def cancel(
    *,
    event_id: int,
    actor: Person,
    reservation_id: int,
    as_organiser: bool = False,
    key: str | None = None,
) -> CommandResult:
    """Give a booking's seats back, and its money. Raises: SeatcastError."""
    answer = command_queue.submit(
        event_id=event_id,
        command=CancelReservation(actor, reservation_id, as_organiser),
        key=key,
    )
    paid_with = Payment.objects.filter(event=event_id, reservation=reservation_id)
    for reference in paid_with.values_list("reference", flat=True):
        _settle_now_or_later(reference)
    return answer


def settle(reference: str) -> PaymentStatus:
    """Tell the provider what a payment's status says is due; return how far it has come then.

    Twice at once, or again after a crash, does no harm.

    Raises: PaymentUnavailable, django.db.Error.
    """
    for _ in range(_MOST_STEPS):
        payment = Payment.objects.get(reference=reference)
        before = PaymentStatus(payment.status)
        after = _tell(payment)
        if after is None:
            return before
        # Should somebody have moved it meanwhile, the next look shows to where.
        _move(reference, before, after)
    raise PaymentUnavailable


def unfinished(*, older_than_seconds: float = PAYMENT_SECONDS) -> list[Payment]:
    """Return the payments that somebody left in between, oldest first.

    Younger ones may be under way.
    """
    return list(
        Payment.objects.filter(
            status__in=UNFINISHED,
            updated_at__lte=clock.now() - timedelta(seconds=older_than_seconds),
        )
        .select_related("event")
        .order_by("updated_at")
    )


def finish(payment: Payment) -> PaymentStatus:
    """Bring a payment to an end that somebody left in between; return how far it has come.

    One that is still pending was not booked, so it is given up first. Should its request live
    after all, the desk refuses it from then on. Raises: PaymentUnavailable, django.db.Error.
    """
    _move(payment.reference, PaymentStatus.PENDING, PaymentStatus.VOID_DUE)
    return settle(payment.reference)


def _paid_later(order: Order) -> ReserveSeats:
    return ReserveSeats(order.actor, order.seat_ids, order.payment_method)


def _authorise(order: Order, payment: PaymentRecord) -> None:
    """Have the money set aside. Raises: PaymentDeclined, PaymentUnavailable, Busy."""
    database.release_connection()
    try:
        _ask(
            lambda: provider().authorise(
                reference=payment["reference"],
                amount=Decimal(payment["amount"]),
                currency=payment["currency"],
                method=order.payment_method,
            )
        )
    except PaymentDeclined as refusal:
        _end(order, payment, PaymentStatus.DECLINED, answer=refusal)
        raise
    except Busy:
        # The provider was not asked, so there is nothing that it could give back.
        _end(order, payment, PaymentStatus.VOIDED, answer=None)
        raise
    except Unavailable:
        _end(order, payment, PaymentStatus.VOID_DUE, answer=None)
        _settle_now_or_later(payment["reference"])
        raise


def _book(order: Order, reference: str) -> CommandResult:
    """Book the seats with money that is set aside; if that is refused, give it back.

    Raises: SeatcastError. After Unavailable it is not known whether it was booked, and reconciling
    will show it.
    """
    try:
        return command_queue.submit(
            event_id=order.event_id,
            command=ReserveSeats(order.actor, order.seat_ids, order.payment_method, reference),
            key=order.key,
        )
    except SeatcastError as refusal:
        if not isinstance(refusal, Unavailable):
            _settle_now_or_later(reference)
        raise


def _charge(order: Order, reference: str, answer: CommandResult) -> CommandResult:
    """Take the money for a booking, and return its answer, which stays as it is.

    It is committed: a database that goes away now does not make it fail. Raises: PaymentWithdrawn.
    """
    try:
        if not _is_paid_with(reference, answer):
            # Another request with the same key has booked, and has paid for itself.
            _move(reference, PaymentStatus.PENDING, PaymentStatus.VOID_DUE)
            settle(reference)
            return answer
        status = settle(reference)
    except (Unavailable, Error):
        _leave_to_reconcile(reference)
        return answer
    if status in {PaymentStatus.VOID_DUE, PaymentStatus.VOIDED}:
        refusal = PaymentWithdrawn()
        _correct(order, refusal)
        raise refusal
    return answer


def _is_paid_with(reference: str, answer: CommandResult) -> bool:
    number = answer["reservation"]["id"]
    return Payment.objects.filter(reference=reference, reservation__public_id=number).exists()


def _correct(order: Order, refusal: SeatcastError) -> None:
    """Have the order's key answered from now on with what has become of it, if that can be."""
    try:
        replace_answer(
            event_id=order.event_id, user_id=order.actor.id, key=order.key, refusal=refusal
        )
    except Error:
        logger.warning("A key still confirms a booking that was withdrawn", exc_info=True)


def _end(
    order: Order, started: PaymentRecord, status: PaymentStatus, *, answer: SeatcastError | None
) -> None:
    """Write down that a payment came to nothing, and answer its key, or let it be used again."""
    event_id, user_id, key = order.event_id, order.actor.id, order.key
    try:
        with transaction.atomic():
            if not _move(started["reference"], PaymentStatus.PENDING, status):
                return
            if answer is None:
                release_in_flight(event_id=event_id, user_id=user_id, key=key)
            else:
                refuse_in_flight(event_id=event_id, user_id=user_id, key=key, refusal=answer)
    except Error:
        _leave_to_reconcile(started["reference"])


def _tell(payment: Payment) -> PaymentStatus | None:
    """Tell the provider what is due; return the status after it, None when nothing is."""
    reference = payment.reference
    match PaymentStatus(payment.status):
        case PaymentStatus.AUTHORISED:
            try:
                _ask(lambda: provider().capture(reference=reference))
            except PaymentDeclined:
                _withdraw(payment)
                return PaymentStatus.VOID_DUE
            return PaymentStatus.CAPTURED
        case PaymentStatus.VOID_DUE:
            try:
                _ask(lambda: provider().void(reference=reference))
            except AlreadyCaptured:
                _ask(lambda: provider().refund(reference=reference))
            return PaymentStatus.VOIDED
        case PaymentStatus.REFUND_DUE:
            _ask(lambda: provider().refund(reference=reference))
            return PaymentStatus.REFUNDED
        case _:
            return None


def _withdraw(payment: Payment) -> None:
    """Cancel a booking for which the money cannot be taken after all."""
    logger.warning("Payment %s was withdrawn; its reservation is cancelled", payment.reference)
    owner = Person(payment.user_id, payment.user.get_username())
    command_queue.submit(
        event_id=payment.event_id,
        command=CancelReservation(owner, cast("int", payment.reservation_id), as_organiser=True),
    )


def _move(reference: str, before: PaymentStatus, after: PaymentStatus) -> bool:
    """Write down how far a payment has come; tell whether nobody had moved it meanwhile."""
    found = Payment.objects.filter(reference=reference, status=before)
    with transaction.atomic():
        is_moved = bool(found.update(status=after, updated_at=clock.now()))
        if is_moved and after is PaymentStatus.REFUNDED:
            security_events.record_refund(reference)
    return is_moved


def _ask(call: Callable[[], None]) -> None:
    """Make a call to the provider, again if the answer does not come.

    Raises: what the provider does; Busy when too many are there already.
    """
    if not _at_the_provider.acquire(blocking=False):
        raise Busy
    try:
        for delay_seconds in _RETRY_SECONDS:
            try:
                return _timed(call)
            except PaymentUnavailable:
                time.sleep(delay_seconds * random.uniform(0.5, 1.5))
        return _timed(call)
    finally:
        _at_the_provider.release()


def _timed(call: Callable[[], None]) -> None:
    """Make a call. Raises: what the provider may; PaymentUnavailable for all else that it does."""
    try:
        with metrics.provider_seconds.time():
            call()
    except (PaymentDeclined, PaymentUnavailable, AlreadyCaptured):
        raise
    except Exception as error:
        logger.exception("The payment provider failed in a way that it must not")
        raise PaymentUnavailable from error


def _settle_now_or_later(reference: str) -> PaymentStatus | None:
    """Settle a payment if that can be done now."""
    try:
        return settle(reference)
    except (Unavailable, Error):
        _leave_to_reconcile(reference)
        return None


def _leave_to_reconcile(reference: str) -> None:
    metrics.payments_left.inc()
    logger.warning("Payment %s is left to be reconciled", reference, exc_info=True)
