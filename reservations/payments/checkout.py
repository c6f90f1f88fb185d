"""Reserving seats, with calls to the payment provider between transactions.

Order of a reservation that is paid online: insert a pending payment; start it at the provider;
commit seats, reservation and payment in one transaction; capture the payment. If the process dies
in between, the payment's status says which call is due: void it if nothing was reserved, otherwise
capture it (`due_calls`).

A payment that waits for the buyer or their bank stays open after it was started (`open_payments`).
"""

import logging
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from uuid import uuid4

from django.conf import settings
from django.db import Error, transaction

from reservations.bookings import command_queue
from reservations.bookings.idempotency import refuse_in_flight, release_in_flight
from reservations.bookings.records import CommandResult, PaymentRecord
from reservations.domain.commands import OpenPayment, ReserveSeats, StartPayment
from reservations.domain.errors import (
    Busy,
    PaymentDeclined,
    PaymentWithdrawn,
    SeatcastError,
    Unavailable,
)
from reservations.domain.states import PaymentStatus, Person
from reservations.models import Payment
from reservations.payments.due_calls import (
    leave_to_reconcile,
    set_status,
    settle,
    settle_now_or_later,
)
from reservations.payments.provider_calls import call_provider
from reservations.ports.payment_provider import Progress, Request, Stage, is_paid_online, provider
from reservations.runtime import database
from reservations.runtime.threads import COMMANDS, in_thread

logger = logging.getLogger(__name__)


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
            actor=order.actor,
            seat_ids=order.seat_ids,
            payment_method=order.payment_method,
            reference=reference,
            ticket_types=order.ticket_types,
            expected_total=order.expected_total,
        ),
        key=order.key,
    )
    if "payment" not in started:
        return started
    progress = _start(order, started["payment"])
    if not progress.is_paid:
        return _open(order, reference, progress)
    return _charge(reference, _book(order, reference))


def _reserve_command(order: Order, reference: str | None) -> ReserveSeats:
    return ReserveSeats(
        actor=order.actor,
        seat_ids=order.seat_ids,
        payment_method=order.payment_method,
        reference=reference,
        ticket_types=order.ticket_types,
        expected_total=order.expected_total,
    )


def _start(order: Order, payment: PaymentRecord) -> Progress:
    """Start a payment at the provider. Raises: PaymentDeclined, PaymentUnavailable, Busy."""
    request = _request_of(payment["reference"])
    database.release_connection()
    try:
        progress = call_provider(lambda: provider().start(request))
    except Busy:
        # The provider was not called, so there is nothing to void.
        _abandon(order, payment, PaymentStatus.VOIDED, answer=None)
        raise
    except Unavailable:
        _abandon(order, payment, PaymentStatus.VOID_DUE, answer=None)
        settle_now_or_later(payment["reference"])
        raise
    except PaymentDeclined as declined:
        _abandon(order, payment, PaymentStatus.DECLINED, answer=declined)
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
        actor=order.actor,
        seat_ids=order.seat_ids,
        payment_method=order.payment_method,
        reference=reference,
        ticket_types=order.ticket_types,
        expected_total=order.expected_total,
        provider_reference=progress.provider_reference,
    )
    return _submit(order, reference, command)


def _book(order: Order, reference: str) -> CommandResult:
    """Reserve the seats with an authorised payment; if that is refused, void it.

    Raises: SeatcastError. After Unavailable it is unknown whether the seats were reserved;
    reconciliation will finish the payment either way.
    """
    return _submit(order, reference, _reserve_command(order, reference))


def _submit(order: Order, reference: str, command: OpenPayment | ReserveSeats) -> CommandResult:
    """Submit a command that needs a payment, and settle the payment if it is refused.

    It is for whoever has the payment now: an account may have taken it over while the provider was
    asked. Then it has no key, because that was the guest's.
    """
    payer, key = Payment.objects.select_related("user").get(reference=reference).user, order.key
    if payer.pk != order.actor.id:
        command, key = replace(command, actor=Person(payer.pk, payer.get_username())), None
    try:
        return command_queue.submit(event_id=order.event_id, command=command, key=key)
    except SeatcastError as refusal:
        if not isinstance(refusal, Unavailable):
            settle_now_or_later(reference)
        raise


def _charge(reference: str, answer: CommandResult) -> CommandResult:
    """Capture the payment of a reservation, and return the reservation's result unchanged.

    The reservation is committed, so a failing database or provider does not fail it.
    Raises: PaymentWithdrawn.
    """
    try:
        if not _is_paid_with(reference, answer):
            # Another request with the same key has reserved the seats with its own payment.
            set_status(reference, PaymentStatus.PENDING, PaymentStatus.VOID_DUE)
            settle(reference)
            return answer
        status = settle(reference)
    except (Unavailable, Error):
        leave_to_reconcile(reference)
        return answer
    if status in {PaymentStatus.VOID_DUE, PaymentStatus.VOIDED}:
        raise PaymentWithdrawn
    return answer


def _is_paid_with(reference: str, answer: CommandResult) -> bool:
    number = answer["reservation"]["id"]
    return Payment.objects.filter(reference=reference, reservation__public_id=number).exists()


def _abandon(
    order: Order, started: PaymentRecord, status: PaymentStatus, *, answer: SeatcastError | None
) -> None:
    """Store a failed payment's status, and the answer of its key; without one release the key."""
    event_id, user_id, key = order.event_id, order.actor.id, order.key
    try:
        with transaction.atomic():
            if not set_status(started["reference"], PaymentStatus.PENDING, status):
                return
            if answer is None:
                release_in_flight(event_id=event_id, user_id=user_id, key=key)
            else:
                refuse_in_flight(event_id=event_id, user_id=user_id, key=key, refusal=answer)
    except Error:
        leave_to_reconcile(started["reference"])
