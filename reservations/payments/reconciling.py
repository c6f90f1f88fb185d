"""Bringing payments to an end that somebody left in between, several at a time.

Concurrency. Nobody waits for good for the threads in which the provider is asked. One whose call
does not return keeps its thread, its place at the provider and its own payment, which is left alone
until it does; all other payments go on in the other threads, or in the next round.
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
from reservations.models import Payment
from reservations.payments import checkout

THREADS = 4
PATIENCE_SECONDS = 30.0
"""For how long to go on without one more payment that is brought to an end."""

Outcome = PaymentStatus | Exception
_Ended = tuple[Payment, Outcome]

# The references of payments whose thread has not come back.
_under_way: set[str] = set()


def finish_all(payments: Sequence[Payment]) -> Iterator[_Ended]:
    """Yield each payment with its status then, or with what kept it from being brought to an end.

    A TimeoutError stands for those for which there was no answer, or no thread, in time. What is
    raised for one payment keeps no other from its end; nor are those that take long always first.
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
        # A thread that comes back later takes no further one.
        waiting.clear()
    for payment in left.values():
        yield payment, TimeoutError("the provider has not answered")


def _next(ended: "SimpleQueue[_Ended]", until: float) -> _Ended:
    """Raises: Empty, when it is so late by `time.monotonic`."""
    return ended.get(timeout=max(0.0, until - time.monotonic()))


def _finish(waiting: "deque[Payment]", ended: "SimpleQueue[_Ended]") -> None:
    """Bring one payment after the other to an end."""
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
