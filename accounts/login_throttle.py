"""How often one may try to sign in, or say a password.

Wrong tries are counted:
- for one name from one network: after SEATCAST_LOGIN_TRIES there is one a minute. The networks
  around it have counts of their own, a little higher, so that who has a /48 has no 65,536 times
  as many tries as who has a /64;
- from one network, for all names: after FROM_ADDRESS there is one every two seconds, and a little
  more for the networks around it;
- for one name from everywhere: CEILINGS in an hour and in a day. After that nobody is let try who
  comes from a device that is new to the name.
A device on which somebody signed in to the name (see `devices`) is held up by a count of its own
alone, so nobody keeps an owner from their account. On a new device, an owner who is held up by
others' guesses can choose a new password by mail, which makes the device a known one.

It is the same for names that nobody has, so it tells nobody which there are.

Concurrency: a try is counted before the password is looked at, and taken off again if it was right
or refused. So of many at once, in whatever processes, no more get through than one after the other.
While Redis is away each process counts for itself. Networks are looked at first: whoever is refused
there leaves nothing behind for a name, which bounds how many names are counted.
"""

import hashlib
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from rest_framework.exceptions import Throttled

from accounts import known_devices, shared_cache
from accounts.client_ip import client_ip, enclosing_networks
from accounts.models import User, folded
from security_log.log import Kind, record

WITHIN_SECONDS = 15 * 60.0
PAUSE_SECONDS = 60.0
FREE_PER_ADDRESS = 100
ADDRESS_PAUSE_SECONDS = 2.0
CEILINGS = ((20, 60 * 60), (60, 24 * 60 * 60))
"""How many wrong tries there may be for one name from unknown devices, in how many seconds.

The hours and days are the clock's, so around the end of one there may be twice as many."""
DEVICE_CEILING = (50, 24 * 60 * 60)
"""After so many wrong tries a known device is taken for an unknown one, until the day is over."""

security = logging.getLogger("accounts.security")


class TooManyAttempts(Throttled):
    """Others' wrong guesses have used up what one name has."""

    default_detail = (
        "There were too many wrong passwords for this name. Try again later, sign in where you"
        " have signed in before, or choose a new password by mail."
    )


@dataclass(slots=True)
class Attempt:
    """One try, wrong unless it is said to be right."""

    is_correct: bool = False


class _Limit(NamedTuple):
    """The first tries are free; of those after them one gets through in each pause."""

    key: str
    free: int
    pause: float


@contextmanager
def attempt(request: Any, name: str, *, device_token: str = "") -> Iterator[Attempt]:
    """Count a try of whoever sends a request to sign in to a name.

    One that ends in an exception is not counted: nobody has found out that it was wrong.

    Raises: Throttled.
    """
    client = client_ip(request)
    device = known_devices.known_device(request, name, token=device_token)
    with ExitStack() as undo:
        forgiven = _count_attempt(client, name, device, undo)
        current = Attempt()
        yield current
        if not current.is_correct:
            undo.pop_all()
            return
        # From here on it is as if the wrong ones before had not been, for this one.
        for key in (f"tries-{forgiven}", f"pause-{forgiven}"):
            shared_cache.call_or_local("delete", key)


def _count_attempt(client: str, name: str, device: str | None, undo: ExitStack) -> str:
    """Count a try, or refuse it; return the key of the count that a right one clears."""
    name = folded(name[:150])
    free = settings.SEATCAST_LOGIN_TRIES
    if device is not None:
        of_device = f"device-{_digest(f'{device} {name}')}"
        if _ceiling_exceeded(of_device, (DEVICE_CEILING,), undo) is None:
            _count_within([_Limit(of_device, free, PAUSE_SECONDS)], client, undo)
            return of_device
    networks = list(enumerate((client, *enclosing_networks(client)), 1))
    of_networks = [
        _Limit(f"address-{_digest(network)}", FREE_PER_ADDRESS * n, ADDRESS_PAUSE_SECONDS / n)
        for n, network in networks
    ]
    _count_within(of_networks, client, undo)
    pairs = [
        _Limit(f"pair-{_digest(f'{network} {name}')}", free * n, PAUSE_SECONDS)
        for n, network in networks
    ]
    _count_within(pairs, client, undo)
    if (ceiling := _ceiling_exceeded(f"name-{_digest(name)}", CEILINGS, undo)) is not None:
        most, seconds = ceiling
        _refuse_until_window_ends(name, client, most=most, seconds=seconds)
    return pairs[0].key


def _refuse_until_window_ends(name: str, client: str, *, most: int, seconds: int) -> None:
    wait = seconds - time.time() % seconds
    if shared_cache.call_or_local("add", f"told-{_digest(name)}-{seconds}", True, wait):
        security.warning("%s wrong passwords for one name, also from %s", most, client)
        person = User.objects.filter(folded_username=name).only("pk").first()
        details = {"wrong_tries": most, "in_seconds": seconds}
        record(Kind.GUESSING_STOPPED, subject_id=person.pk if person else None, details=details)
    raise TooManyAttempts(wait=wait)


def _count_within(limits: Sequence[_Limit], client: str, undo: ExitStack) -> None:
    """Count a try within each of these limits. Raises: Throttled."""
    keys = [f"tries-{limit.key}" for limit in limits]
    numbers = shared_cache.incr_many(dict.fromkeys(keys, WITHIN_SECONDS))
    undo.callback(shared_cache.decr_many, keys)
    for limit, number in zip(limits, numbers, strict=True):
        if number >= limit.free:
            _wait_for_turn(limit, number, client, undo)


def _wait_for_turn(limit: _Limit, number: int, client: str, undo: ExitStack) -> None:
    """Let one through after each pause. Raises: Throttled."""
    if number == limit.free:
        security.warning("%s wrong passwords from %s", number, client)
    now, key = time.time(), f"pause-{limit.key}"
    if shared_cache.call_or_local("add", key, now + limit.pause, limit.pause):
        undo.callback(shared_cache.call_or_local, "delete", key)
        return
    until = shared_cache.call_or_local("get", key) or now
    raise Throttled(wait=max(0.0, until - now))


def _ceiling_exceeded(
    key: str, ceilings: Sequence[tuple[int, int]], undo: ExitStack
) -> tuple[int, int] | None:
    """Count a try in this hour and day, if there is room; else return the ceiling it is above."""
    now = time.time()
    counts = {f"tries-{key}-{seconds}-{int(now // seconds)}": seconds for _, seconds in ceilings}
    for ceiling, number in zip(ceilings, shared_cache.incr_many(counts), strict=True):
        if number > ceiling[0]:
            shared_cache.decr_many(counts)
            return ceiling
    undo.callback(shared_cache.decr_many, counts)
    return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
