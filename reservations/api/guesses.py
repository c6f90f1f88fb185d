"""Limits wrong promo codes, by person and by network.

A code is counted before it is looked up, and no longer once it was right, so that many at a time
do not pass the limit either.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial

from rest_framework.exceptions import Throttled

from infrastructure import shared_cache
from infrastructure.security_log.networks import counted_networks
from infrastructure.security_log.request_context import current_request
from reservations.domain.errors import PromoCodeInvalid, SeatcastError
from reservations.runtime.threads import in_thread

MAX_WRONG_CODES = 10
"""How many wrong codes a person may send in WINDOW_SECONDS."""
MAX_WRONG_CODES_OF_ADDRESS = 50
"""How many may come from one IP address, behind which there may be an office."""
WINDOW_SECONDS = 600


@asynccontextmanager
async def code_counted(person_id: int, promo_code: str) -> AsyncIterator[None]:
    """Count the code of a command unless it is right; without a code, do nothing.

    It stays counted when the client disconnects, because the command is carried out all the same.
    Raises: Throttled after too many wrong ones.
    """
    if not promo_code:
        yield
        return
    limits = await in_thread(partial(count_guess, person_id))
    try:
        yield
    except PromoCodeInvalid:
        raise
    except SeatcastError:
        await in_thread(partial(forget_guess, limits))
        raise
    await in_thread(partial(forget_guess, limits))


@contextmanager
def guesses_counted(person_id: int) -> Iterator[None]:
    """Count a code unless it is right. Raises: Throttled after too many wrong ones."""
    limits = count_guess(person_id)
    try:
        yield
    except PromoCodeInvalid:
        raise
    except BaseException:
        forget_guess(limits)
        raise
    forget_guess(limits)


def count_guess(person_id: int) -> tuple[str, ...]:
    """Count a code and return the names of its counters. Raises: Throttled."""
    sent = current_request.get()
    limits = {f"promo-code-person-{person_id}": MAX_WRONG_CODES}
    for network, times in counted_networks(sent.address() if sent else ""):
        limits[f"promo-code-network-{network}"] = MAX_WRONG_CODES_OF_ADDRESS * times
    totals = shared_cache.incr_many(dict.fromkeys(limits, float(WINDOW_SECONDS)))
    if any(total > limit for total, limit in zip(totals, limits.values(), strict=True)):
        raise Throttled(wait=WINDOW_SECONDS)
    return tuple(limits)


def forget_guess(counted: tuple[str, ...]) -> None:
    """Count a code no longer, because it was right."""
    shared_cache.decr_many(counted)
