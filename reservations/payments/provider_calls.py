"""Calls to the payment provider: retried, timed, and limited in number.

No lock and no database connection is held during a call to the provider.
"""

import logging
import random
import time
from collections.abc import Callable
from threading import BoundedSemaphore
from typing import TypeVar

from django.conf import settings

from reservations import metrics
from reservations.domain.errors import Busy, PaymentDeclined, PaymentUnavailable
from reservations.payments.provider import AlreadyCaptured

# Delays before the retries of a call; each is varied by up to a half.
_RETRY_SECONDS = (0.1, 0.4)

logger = logging.getLogger(__name__)
T = TypeVar("T")

# Limits the threads that wait for the provider, because they cannot serve other requests.
_provider_slots = BoundedSemaphore(settings.SEATCAST_MAX_PAYMENTS)


def call_provider(call: Callable[[], T]) -> T:
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
