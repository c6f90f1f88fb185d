"""Reserving and cancelling, with calls to the payment provider between transactions.

Order of a reservation that is paid online: insert a pending payment; start it at the provider;
commit seats, reservation and payment in one transaction; capture the payment. If the process dies
in between, the payment's status says which call is due: void it if nothing was reserved, otherwise
capture it. `finish` makes that call for the `unfinished` payments.

A payment that waits for the buyer or their bank stays open after `start`, and `advance` goes on
from there once the provider says that it was authorised.

No lock and no database connection is held during a call to the provider.
"""

import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import BoundedSemaphore
from typing import Any, TypeVar, cast
from uuid import uuid4

from django.conf import settings
from django.db import Error, transaction

from reservations import clock, database, metrics, security_events
from reservations.domain.commands import (
    CancelReservation,
    MoveSeats,
    OpenPayment,
    ReserveSeats,
    StartPayment,
)
from reservations.domain.errors import (
    Busy,
    PaymentDeclined,
    PaymentNotFound,
    PaymentUnavailable,
    PaymentWithdrawn,
    SeatcastError,
    Unavailable,
)
from reservations.domain.states import DisputeStatus, PaymentStatus, Person
from reservations.models import Payment, Settlement
from reservations.models.payments import UNFINISHED
from reservations.payments.provider import (
    AlreadyCaptured,
    Progress,
    Request,
    Stage,
    is_paid_online,
    provider,
    refunds_parts,
)
from reservations.payments.storage import PAYMENT_SECONDS
from reservations.read.records import CommandResult, PaymentRecord
from reservations.threads import COMMANDS, in_thread
from reservations.write import command_queue
from reservations.write.idempotency import refuse_in_flight, release_in_flight, replace_answer

# Delays before the retries of a call to the provider; each is varied by up to a half.
_RETRY_SECONDS = (0.1, 0.4)
# More than the longest path from any status to a final one.
_MAX_STEPS = 5

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Limits the threads that wait for the provider, because they cannot serve other requests.
_provider_slots = BoundedSemaphore(settings.SEATCAST_MAX_PAYMENTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The seats to reserve, and how they are paid."""

    event_id: int
    actor: Person
    seat_ids: tuple[int, ...]
    payment_method: str
    ticket_types: tuple[tuple[int, int], ...] = ()
    """Pairs of a seat's id and its ticket type's."""
    expected_total: Decimal | None = None
    """The total that the buyer was shown; None to accept any."""
    key: str | None = None


async def areserve(order: Order) -> CommandResult:
    """Reserve seats that the actor holds, all or none, and charge the payment if it is online.

    If the payment waits for the buyer or their bank, the result has no `reservation` but the
    reference of an `open_payment`, and the seats are held for longer. With an idempotency key it is
    done once, and returns the same result each time.

    Raises: SeatcastError. PaymentDeclined and PaymentUnavailable leave the locks as they are.
    """
    if is_paid_online(order.payment_method):
        return await in_thread(partial(reserve, order), COMMANDS)
    return await command_queue.asubmit(
        event_id=order.event_id, command=_reserve_command(order, None), key=order.key
    )


def reserve(order: Order) -> CommandResult:
    """Reserve like `areserve`, from a thread."""
    if not is_paid_online(order.payment_method):
        return command_queue.submit(
            event_id=order.event_id, command=_reserve_command(order, None), key=order.key
        )
    reference = uuid4().hex
    started = command_queue.submit(
        event_id=order.event_id,
        command=StartPayment(
            *(order.actor, order.seat_ids, order.payment_method, reference),
            *(order.ticket_types, order.expected_total),
        ),
        key=order.key,
    )
    if "payment" not in started:
        return started
    progress = _start(order, started["payment"])
    if not progress.is_paid:
        return _open(order, reference, progress)
    return _charge(order, reference, _book(order, reference))


def advance(reference: str) -> Progress | None:
    """Ask the provider about an open payment, and book or give up its seats accordingly.

    Any number of callers may do so at once. Return what the provider said; None if the payment is
    not open any more. Raises: PaymentNotFound, PaymentUnavailable, Busy, django.db.Error.
    """
    payment = Payment.objects.select_related("user").filter(reference=reference).first()
    if payment is None:
        raise PaymentNotFound
    if payment.status != PaymentStatus.OPEN:
        return None
    database.release_connection()
    progress = _call_provider(lambda: provider().look_up(reference=reference))
    if progress.is_paid:
        _book_open(payment)
    elif progress.stage is Stage.FAILED:
        _set_status(reference, PaymentStatus.OPEN, PaymentStatus.DECLINED)
    elif payment.expires_at is not None and payment.expires_at <= clock.now():
        give_up(reference)
    return progress


def follow(reference: str) -> None:
    """Ask the provider about a payment that has changed there: an open one, or a disputed one.

    Raises: PaymentNotFound, PaymentUnavailable, Busy, django.db.Error.
    """
    advance(reference)
    found: Any = provider()
    captured = Payment.objects.filter(
        reference=reference, status__in=[PaymentStatus.CAPTURED, PaymentStatus.REFUNDED]
    )
    if not hasattr(found, "dispute") or not captured.exists():
        return
    database.release_connection()
    dispute = _call_provider(lambda: found.dispute(reference=reference))
    _store_dispute(reference, dispute)


def follow_disputes() -> int:
    """Ask the provider for its newest disputes; return how many payments' had changed.

    It makes up for notices that were lost. Raises: PaymentUnavailable, Busy, django.db.Error.
    """
    found: Any = provider()
    if not hasattr(found, "disputes"):
        return 0
    disputes: Mapping[str, DisputeStatus] = _call_provider(found.disputes)
    return sum(_store_dispute(reference, dispute) for reference, dispute in disputes.items())


def _store_dispute(reference: str, dispute: DisputeStatus | None) -> bool:
    """Store how a captured payment's dispute stands; return whether that is new."""
    captured = Payment.objects.filter(
        reference=reference, status__in=[PaymentStatus.CAPTURED, PaymentStatus.REFUNDED]
    )
    stored = dispute or ""
    with transaction.atomic():
        is_new = bool(captured.exclude(dispute=stored).update(dispute=stored))
        if is_new:
            security_events.record_dispute(reference)
    return is_new


def give_up(reference: str) -> None:
    """Void a payment that is still open; its seats stay held until their deadline."""
    if _set_status(reference, PaymentStatus.OPEN, PaymentStatus.VOID_DUE):
        _settle_now_or_later(reference)


def cancel(
    *,
    event_id: int,
    actor: Person,
    reservation_id: int,
    as_organiser: bool = False,
    key: str | None = None,
) -> CommandResult:
    """Cancel a reservation, and return its payment. Raises: SeatcastError."""
    answer = command_queue.submit(
        event_id=event_id,
        command=CancelReservation(actor, reservation_id, as_organiser),
        key=key,
    )
    paid_with = Payment.objects.filter(event=event_id, reservation=reservation_id)
    for reference in paid_with.values_list("reference", flat=True):
        _settle_now_or_later(reference)
    _refund_parts_now_or_later(reservation_id)
    return answer


def move(*, event_id: int, command: MoveSeats, key: str | None = None) -> CommandResult:
    """Move seats of a booking, and refund what that costs less. Raises: SeatcastError."""
    answer = command_queue.submit(event_id=event_id, command=command, key=key)
    _refund_parts_now_or_later(command.reservation_id)
    return answer


def settle(reference: str) -> PaymentStatus:
    """Make the provider calls that a payment's status requires; return the final status.

    It may run twice at once, or again after a crash.

    Raises: PaymentUnavailable, django.db.Error.
    """
    for _ in range(_MAX_STEPS):
        payment = Payment.objects.get(reference=reference)
        before = PaymentStatus(payment.status)
        after = _make_due_call(payment)
        if after is None:
            return before
        # If another thread has changed the status meanwhile, the next iteration reads it.
        _set_status(reference, before, after)
    raise PaymentUnavailable


def unfinished(*, older_than_seconds: float = PAYMENT_SECONDS) -> list[Payment | Settlement]:
    """Return the payments and refunds of parts that need a call to the provider, oldest first.

    Younger ones may belong to a running request.
    """
    until = clock.now() - timedelta(seconds=older_than_seconds)
    refunds = Settlement.objects.filter(status=PaymentStatus.REFUND_DUE, updated_at__lte=until)
    found: list[Payment | Settlement] = [*refunds.select_related("event", "payment")]
    found += list(
        Payment.objects.filter(
            status__in=UNFINISHED,
            updated_at__lte=until,
        ).select_related("event")
    )
    return sorted(found, key=lambda each: each.updated_at)


def finish(payment: Payment | Settlement) -> PaymentStatus:
    """Finish an unfinished payment or refund; return its final status.

    An open payment may stay open. One that is still pending is voided: if its request is still
    running, its ReserveSeats is refused from then on. Raises: PaymentUnavailable, django.db.Error.
    """
    if isinstance(payment, Settlement):
        return refund_part(payment)
    if payment.status == PaymentStatus.OPEN:
        advance(payment.reference)
    _set_status(payment.reference, PaymentStatus.PENDING, PaymentStatus.VOID_DUE)
    return settle(payment.reference)


def refund_part(refund: Settlement) -> PaymentStatus:
    """Make the provider call of a refund that is due; return its status.

    It may run twice at once, or again after a crash. Raises: PaymentUnavailable, django.db.Error.
    """
    found: Any = provider()
    if not refunds_parts() or refund.payment is None:
        raise PaymentUnavailable
    charge, reference, amount = refund.payment.reference, refund.reference, -refund.amount
    database.release_connection()
    _call_provider(lambda: found.refund_part(reference=charge, refund=reference, amount=amount))
    due = Settlement.objects.filter(pk=refund.pk, status=PaymentStatus.REFUND_DUE)
    with transaction.atomic():
        if due.update(status=PaymentStatus.REFUNDED, updated_at=clock.now()):
            security_events.record_refund_of_part(refund)
    return PaymentStatus.REFUNDED


def _refund_parts_now_or_later(reservation_id: int) -> None:
    due = Settlement.objects.filter(reservation=reservation_id, status=PaymentStatus.REFUND_DUE)
    for refund in due.select_related("payment"):
        try:
            refund_part(refund)
        except (Unavailable, Error):
            _leave_to_reconcile(refund.reference)


def _reserve_command(order: Order, reference: str | None) -> ReserveSeats:
    return ReserveSeats(
        *(order.actor, order.seat_ids, order.payment_method, reference),
        *(order.ticket_types, order.expected_total),
    )


def _start(order: Order, payment: PaymentRecord) -> Progress:
    """Start a payment at the provider. Raises: PaymentDeclined, PaymentUnavailable, Busy."""
    request = _request_of(payment["reference"])
    database.release_connection()
    try:
        progress = _call_provider(lambda: provider().start(request))
    except Busy:
        # The provider was not called, so there is nothing to void.
        _abandon(order, payment, PaymentStatus.VOIDED, answer=None)
        raise
    except Unavailable:
        _abandon(order, payment, PaymentStatus.VOID_DUE, answer=None)
        _settle_now_or_later(payment["reference"])
        raise
    if progress.stage is Stage.FAILED:
        refusal = PaymentDeclined()
        _abandon(order, payment, PaymentStatus.DECLINED, answer=refusal)
        raise refusal
    return progress


def _request_of(reference: str) -> Request:
    payment = Payment.objects.select_related("event", "user").get(reference=reference)
    return Request(
        reference=reference,
        amount=payment.amount,
        currency=payment.currency,
        method=payment.method,
        description=payment.event.name,
        buyer_email=payment.user.email,
        return_url=f"{settings.SEATCAST_SITE_URL}/payments/{reference}",
    )


def _open(order: Order, reference: str, progress: Progress) -> CommandResult:
    """Keep a payment open and its seats held; if that is refused, void it. Raises: SeatcastError.

    After Unavailable it is unknown whether it is open; reconciliation voids it if it is not.
    """
    command = OpenPayment(
        *(order.actor, order.seat_ids, order.payment_method, reference),
        *(order.ticket_types, order.expected_total, progress.provider_reference),
    )
    return _submit(order, reference, command)


def _book_open(payment: Payment) -> None:
    """Reserve the seats of an open payment that was authorised; if that is refused, void it.

    Raises: Unavailable.
    """
    stored = cast("dict[str, Any]", payment.order)
    total = stored["expected_total"]
    order = Order(
        event_id=payment.event_id,
        actor=Person(payment.user_id, payment.user.get_username()),
        seat_ids=tuple(stored["seat_ids"]),
        payment_method=payment.method,
        ticket_types=tuple((seat, kind) for seat, kind in stored["ticket_types"]),
        expected_total=None if total is None else Decimal(total),
    )
    try:
        command = _reserve_command(order, payment.reference)
        command_queue.submit(event_id=order.event_id, command=command)
    except Unavailable:
        raise
    except SeatcastError as refusal:
        logger.info("Payment %s books nothing: %s", payment.reference, refusal.code)
    _settle_now_or_later(payment.reference)


def _book(order: Order, reference: str) -> CommandResult:
    """Reserve the seats with an authorised payment; if that is refused, void it.

    Raises: SeatcastError. After Unavailable it is unknown whether the seats were reserved;
    reconciliation will finish the payment either way.
    """
    return _submit(order, reference, _reserve_command(order, reference))


def _submit(order: Order, reference: str, command: OpenPayment | ReserveSeats) -> CommandResult:
    """Submit a command that needs a payment, and settle the payment if it is refused."""
    try:
        return command_queue.submit(event_id=order.event_id, command=command, key=order.key)
    except SeatcastError as refusal:
        if not isinstance(refusal, Unavailable):
            _settle_now_or_later(reference)
        raise


def _charge(order: Order, reference: str, answer: CommandResult) -> CommandResult:
    """Capture the payment of a reservation, and return the reservation's result unchanged.

    The reservation is committed, so a failing database or provider does not fail it.
    Raises: PaymentWithdrawn.
    """
    try:
        if not _is_paid_with(reference, answer):
            # Another request with the same key has reserved the seats with its own payment.
            _set_status(reference, PaymentStatus.PENDING, PaymentStatus.VOID_DUE)
            settle(reference)
            return answer
        status = settle(reference)
    except (Unavailable, Error):
        _leave_to_reconcile(reference)
        return answer
    if status in {PaymentStatus.VOID_DUE, PaymentStatus.VOIDED}:
        refusal = PaymentWithdrawn()
        _replace_stored_result(order, refusal)
        raise refusal
    return answer


def _is_paid_with(reference: str, answer: CommandResult) -> bool:
    number = answer["reservation"]["id"]
    return Payment.objects.filter(reference=reference, reservation__public_id=number).exists()


def _replace_stored_result(order: Order, refusal: SeatcastError) -> None:
    """Replace the stored result of the order's key with a refusal; log a failure to do so."""
    try:
        replace_answer(
            event_id=order.event_id, user_id=order.actor.id, key=order.key, refusal=refusal
        )
    except Error:
        logger.warning("A key still confirms a booking that was withdrawn", exc_info=True)


def _abandon(
    order: Order, started: PaymentRecord, status: PaymentStatus, *, answer: SeatcastError | None
) -> None:
    """Store a failed payment's status, and the answer of its key; without one release the key."""
    event_id, user_id, key = order.event_id, order.actor.id, order.key
    try:
        with transaction.atomic():
            if not _set_status(started["reference"], PaymentStatus.PENDING, status):
                return
            if answer is None:
                release_in_flight(event_id=event_id, user_id=user_id, key=key)
            else:
                refuse_in_flight(event_id=event_id, user_id=user_id, key=key, refusal=answer)
    except Error:
        _leave_to_reconcile(started["reference"])


def _make_due_call(payment: Payment) -> PaymentStatus | None:
    """Make the call that a payment's status requires; return the next status, None if none is."""
    reference = payment.reference
    match PaymentStatus(payment.status):
        case PaymentStatus.AUTHORISED:
            try:
                _call_provider(lambda: provider().capture(reference=reference))
            except PaymentDeclined:
                _withdraw(payment)
                return PaymentStatus.VOID_DUE
            return PaymentStatus.CAPTURED
        case PaymentStatus.VOID_DUE:
            try:
                _call_provider(lambda: provider().void(reference=reference))
            except AlreadyCaptured:
                _call_provider(lambda: provider().refund(reference=reference))
            return PaymentStatus.VOIDED
        case PaymentStatus.REFUND_DUE:
            _call_provider(lambda: provider().refund(reference=reference))
            return PaymentStatus.REFUNDED
        case _:
            return None


def _withdraw(payment: Payment) -> None:
    """Cancel the reservation of a payment that cannot be captured."""
    logger.warning("Payment %s was withdrawn; its reservation is cancelled", payment.reference)
    owner = Person(payment.user_id, payment.user.get_username())
    command_queue.submit(
        event_id=payment.event_id,
        command=CancelReservation(owner, cast("int", payment.reservation_id), as_organiser=True),
    )


def _set_status(reference: str, before: PaymentStatus, after: PaymentStatus) -> bool:
    """Change a payment's status; return False if it was not `before` any more."""
    found = Payment.objects.filter(reference=reference, status=before)
    with transaction.atomic():
        is_moved = bool(found.update(status=after, updated_at=clock.now()))
        if is_moved and after is PaymentStatus.REFUNDED:
            security_events.record_refund(reference)
    return is_moved


def _call_provider(call: Callable[[], T]) -> T:
    """Call the provider, and retry after PaymentUnavailable.

    Raises: what the provider raises; Busy when too many calls are running.
    """
    if not _provider_slots.acquire(blocking=False):
        raise Busy
    try:
        for delay_seconds in _RETRY_SECONDS:
            try:
                return _timed_call(call)
            except PaymentUnavailable:
                time.sleep(delay_seconds * random.uniform(0.5, 1.5))
        return _timed_call(call)
    finally:
        _provider_slots.release()


def _timed_call(call: Callable[[], T]) -> T:
    """Call the provider. Raises: PaymentUnavailable, also for any unexpected exception."""
    try:
        with metrics.provider_seconds.time():
            return call()
    except (PaymentDeclined, PaymentUnavailable, AlreadyCaptured):
        raise
    except Exception as error:
        logger.exception("The payment provider failed in a way that it must not")
        raise PaymentUnavailable from error


def _settle_now_or_later(reference: str) -> PaymentStatus | None:
    """Settle a payment; leave it to reconciliation if that fails."""
    try:
        return settle(reference)
    except (Unavailable, Error):
        _leave_to_reconcile(reference)
        return None


def _leave_to_reconcile(reference: str) -> None:
    metrics.payments_left.inc()
    logger.warning("Payment %s is left to be reconciled", reference, exc_info=True)
