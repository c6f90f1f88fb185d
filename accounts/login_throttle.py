"""Limit wrong passwords, at sign-in and wherever a password is asked for again.

Wrong attempts are counted
- by username and network: after SEATCAST_LOGIN_TRIES one a minute is allowed. The enclosing
  networks have slightly higher limits of their own, so that a /48 does not have 65,536 times as
  many attempts as a /64;
- by network, for all usernames: after FREE_PER_ADDRESS one every two seconds is allowed, and
  slightly more for the enclosing networks;
- by username, from all networks: CEILINGS in an hour and in a day. Above that, attempts from
  devices that are unknown for the username are refused.
A device on which somebody has signed in to the account (see `known_devices`) has only a count of
its own, so others' guesses do not lock out the owner. On a new device, a locked-out owner can
choose a new password by mail, which makes the device a known one.

Usernames that do not exist are treated alike, so the limits do not reveal which ones exist.

Concurrency: an attempt is counted before the password is checked, and the count is taken back if
the password was right or the attempt was refused. So parallel attempts, in any number of processes,
get no further than consecutive ones. While Redis is unavailable each process counts for itself.
Networks are checked first: an attempt refused there leaves no count for a username, which bounds
the number of counts.
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

from accounts import known_devices
from accounts.client_ip import client_ip
from accounts.models import User, folded
from infrastructure import shared_cache
from infrastructure.security_log.log import Kind, record
from infrastructure.security_log.networks import counted_networks

WITHIN_SECONDS = 15 * 60.0
PAUSE_SECONDS = 60.0
FREE_PER_ADDRESS = 100
ADDRESS_PAUSE_SECONDS = 2.0
CEILINGS = ((20, 60 * 60), (60, 24 * 60 * 60))
"""(wrong attempts, seconds) for one username from unknown devices.

The windows are clock hours and days, so around the end of one twice as many can pass."""
DEVICE_CEILING = (50, 24 * 60 * 60)
"""(wrong attempts, seconds) after which a known device counts as unknown until the window ends."""

security = logging.getLogger("accounts.security")


class TooManyAttempts(Throttled):
    """A username's ceiling is reached, and the device is unknown."""

    default_detail = (
        "There were too many wrong passwords for this name. Try again later, sign in where you"
        " have signed in before, or choose a new password by mail."
    )


@dataclass(slots=True)
class Attempt:
    """One attempt at a password; wrong until the caller sets `is_correct`."""

    is_correct: bool = False


class _Limit(NamedTuple):
    """The first `free` attempts pass at once, then one in each `pause`, in seconds."""

    key: str
    free: int
    pause: float


@contextmanager
def attempt(request: Any, name: str, *, device_token: str = "") -> Iterator[Attempt]:
    """Count an attempt at the password of `name`, unless the block sets `is_correct`.

    If the block raises, the attempt is not counted: the client has learned nothing.

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
        # A correct password clears this device's, or this network's, earlier wrong ones.
        for key in (f"tries-{forgiven}", f"pause-{forgiven}"):
            shared_cache.call_or_local("delete", key)


def _count_attempt(client: str, name: str, device: str | None, undo: ExitStack) -> str:
    """Count or refuse an attempt; return the key of the limit that a correct password clears.

    Raises: Throttled.
    """
    name = folded(name[:150])
    free = settings.SEATCAST_LOGIN_TRIES
    if device is not None:
        of_device = f"device-{_digest(f'{device} {name}')}"
        if _ceiling_exceeded(of_device, (DEVICE_CEILING,), undo) is None:
            _count_within([_Limit(of_device, free, PAUSE_SECONDS)], client, undo)
            return of_device
    networks = counted_networks(client)
    of_networks = [
        _Limit(f"address-{_digest(network)}", FREE_PER_ADDRESS * n, ADDRESS_PAUSE_SECONDS / n)
        for network, n in networks
    ]
    _count_within(of_networks, client, undo)
    pairs = [
        _Limit(f"pair-{_digest(f'{network} {name}')}", free * n, PAUSE_SECONDS)
        for network, n in networks
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
    """Count an attempt against each limit. Raises: Throttled."""
    keys = [f"tries-{limit.key}" for limit in limits]
    numbers = shared_cache.incr_many(dict.fromkeys(keys, WITHIN_SECONDS))
    undo.callback(shared_cache.decr_many, keys)
    for limit, number in zip(limits, numbers, strict=True):
        if number >= limit.free:
            _wait_for_turn(limit, number, client, undo)


def _wait_for_turn(limit: _Limit, number: int, client: str, undo: ExitStack) -> None:
    """Let one attempt pass in each pause. Raises: Throttled."""
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
    """Count an attempt in each window; return the first ceiling that it exceeds, or None."""
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
