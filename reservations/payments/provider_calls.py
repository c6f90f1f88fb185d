"""Calls to the payment provider: retried, timed, and limited in number.

A call has a turn at slow work (`slow_work`). No lock and no database connection is held when it
begins; the provider makes its own calls `without_database`.
"""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from rest_framework.exceptions import Throttled

from infrastructure.slow_work.database import HoldsTransaction, QueriesDuringSlowWork
from infrastructure.slow_work.kinds import PROVIDER
from infrastructure.slow_work.turns import SlowWorkBusy, place
from reservations.domain.errors import Busy, PaymentDeclined, PaymentUnavailable
from reservations.ports.payment_provider import AlreadyCaptured, RefundFailed, RefundPending
from reservations.runtime import metrics

# Delays before the retries of a call; each is varied by up to a half.
_RETRY_SECONDS = (0.1, 0.4)

logger = logging.getLogger(__name__)
T = TypeVar("T")


def call_provider(call: Callable[[], T]) -> T:
    """Call the provider, and retry after PaymentUnavailable.

    Raises: what the provider raises; Busy when too many calls are running.
    """
    try:
        with place(PROVIDER):
            for delay_seconds in _RETRY_SECONDS:
                try:
                    return timed_call(call)
                except PaymentUnavailable:
                    time.sleep(delay_seconds * random.uniform(0.5, 1.5))
            return timed_call(call)
    except (SlowWorkBusy, Throttled) as error:
        raise Busy from error


def timed_call(call: Callable[[], T]) -> T:
    """Call the provider. Raises: PaymentUnavailable, also for any unexpected exception."""
    try:
        with metrics.provider_seconds.time():
            return call()
    except (PaymentDeclined, PaymentUnavailable, AlreadyCaptured, RefundPending, RefundFailed):
        raise
    except (HoldsTransaction, QueriesDuringSlowWork):
        raise
    except Exception as error:
        logger.exception("The payment provider failed in a way that it must not")
        raise PaymentUnavailable from error
