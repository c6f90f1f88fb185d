"""Reconciliation: finding unfinished payments, and finishing them several at a time.

Concurrency. The provider is called in daemon threads, which are never joined. A call that does not
return blocks its thread, one slot at the provider, and its own payment, which is skipped until it
returns; the other payments go on in the other threads, or in the next round.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import timedelta
from queue import Empty, SimpleQueue

from django.conf import settings

from reservations.bookings.payment_storage import PAYMENT_SECONDS
from reservations.domain.states import PaymentStatus
from reservations.models import Payment, Settlement
from reservations.models.payments import UNFINISHED
from reservations.payments.due_calls import set_status, settle
from reservations.payments.open_payments import advance
from reservations.payments.refunds import refund_part
from reservations.runtime import clock, database

THREADS = 4
PATIENCE_SECONDS = 30.0
"""How long to wait for the next payment to be finished before giving up the round."""

Unfinished = Payment | Settlement
Outcome = PaymentStatus | Exception
_Ended = tuple[Unfinished, Outcome]

# The references of the payments that a thread is working on.
_under_way: set[str] = set()


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
    set_status(payment.reference, PaymentStatus.PENDING, PaymentStatus.VOID_DUE)
    return settle(payment.reference)


def finish_all(payments: Sequence[Unfinished]) -> Iterator[_Ended]:
    """Yield each payment with its final status, or with the exception that prevented it.

    TimeoutError stands for payments without an answer, or without a thread, in time. An exception
    for one payment does not affect others. The order is random, so that slow ones are not always
    first.
    """
    shuffled = random.sample(payments, len(payments))
    waiting = deque(payment for payment in shuffled if payment.reference not in _under_way)
    left = {payment.reference: payment for payment in payments}
    ended: SimpleQueue[_Ended] = SimpleQueue()
    expected = len(waiting)
    database.release_connection()
    for _ in range(min(THREADS, settings.SEATCAST_MAX_PAYMENTS, expected)):
        threading.Thread(target=_finish, args=(waiting, ended), daemon=True).start()
    try:
        until = time.monotonic() + PATIENCE_SECONDS
        for _ in range(expected):
            payment, outcome = _next(ended, until)
            del left[payment.reference]
            yield payment, outcome
            if not isinstance(outcome, Exception):
                until = time.monotonic() + PATIENCE_SECONDS
    except Empty:
        pass
    finally:
        # Stops threads that return later.
        waiting.clear()
    for payment in left.values():
        yield payment, TimeoutError("the provider has not answered")


def _next(ended: "SimpleQueue[_Ended]", until: float) -> _Ended:
    """Return the next finished payment. Raises: Empty after `until`, by `time.monotonic`."""
    return ended.get(timeout=max(0.0, until - time.monotonic()))


def _finish(waiting: "deque[Unfinished]", ended: "SimpleQueue[_Ended]") -> None:
    """Finish payments from the queue until it is empty."""
    while True:
        try:
            payment = waiting.popleft()
        except IndexError:
            return
        _under_way.add(payment.reference)
        try:
            ended.put((payment, finish(payment)))
        except Exception as error:  # noqa: BLE001 - it is the caller's to judge
            ended.put((payment, error))
        finally:
            _under_way.discard(payment.reference)
            database.release_connection()
