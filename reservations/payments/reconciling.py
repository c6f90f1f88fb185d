"""Reconciliation: finishing unfinished payments, several at a time.

Concurrency. The provider is called in daemon threads, which are never joined. A call that does not
return blocks its thread, one slot at the provider, and its own payment, which is skipped until it
returns; the other payments go on in the other threads, or in the next round.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue

from django.conf import settings

from reservations import database
from reservations.domain.states import PaymentStatus
from reservations.models import Payment, Settlement
from reservations.payments import checkout

THREADS = 4
PATIENCE_SECONDS = 30.0
"""How long to wait for the next payment to be finished before giving up the round."""

Unfinished = Payment | Settlement
Outcome = PaymentStatus | Exception
_Ended = tuple[Unfinished, Outcome]

# The references of the payments that a thread is working on.
_under_way: set[str] = set()


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
            ended.put((payment, checkout.finish(payment)))
        except Exception as error:  # noqa: BLE001 - it is the caller's to judge
            ended.put((payment, error))
        finally:
            _under_way.discard(payment.reference)
            database.release_connection()
