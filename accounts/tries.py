"""How often one may try to sign in, or say a password.

Three things are counted, the tries that turned out right taken off again:
- for one name from one address: after SEATCAST_LOGIN_TRIES wrong ones, one a minute. Nobody
  guesses a password, and nobody is kept out from elsewhere;
- from one address: after FROM_ADDRESS wrong ones, one every two seconds, for whoever tries many
  names;
- for one name from all addresses: after FOR_NAME wrong ones, whoever comes from an address that
  is new to the name has to come a second time, a minute later. That slows down who has many
  addresses. The owner, too, if they are where they never were before: for that one minute.
Who has signed in to a name from an address is held up there by the first of these alone.

It is the same for names that nobody has, so it tells nobody which there are.

Concurrency: a try is counted before the password is looked at, so of many at once, in whatever
processes, no more get through than one after the other. While Redis is away each process counts
for itself.
"""

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.conf import settings
from rest_framework.exceptions import Throttled

from accounts import shared
from accounts.addresses import client_of
from accounts.models import folded

WITHIN_SECONDS = 15 * 60.0
PAUSE_SECONDS = 60.0
FROM_ADDRESS = 100
ADDRESS_PAUSE_SECONDS = 2.0
FOR_NAME = 20
KNOWN_SECONDS = 30 * 24 * 60 * 60.0

security = logging.getLogger("accounts.security")


@dataclass(slots=True)
class Try:
    """One try, wrong unless it is said to be right."""

    is_right: bool = False


class _Keys(NamedTuple):
    client: str
    pair: str
    address: str
    name: str


@contextmanager
def one_try(request: Any, name: str) -> Iterator[Try]:
    """Count a try of whoever sends a request to sign in to a name.

    One that ends in an exception is not counted: nobody has found out that it was wrong.

    Raises: Throttled.
    """
    keys = _keys(client_of(request), name)
    with ExitStack() as undo:
        _admit(keys, undo)
        found = Try()
        yield found
        if not found.is_right:
            undo.pop_all()
            return
        # From here on it is as if the wrong ones before had not been, for this pair.
        shared.ask_or_own("set", f"known-{keys.pair}", True, KNOWN_SECONDS)
        for key in (f"tries-{keys.pair}", f"pause-{keys.pair}"):
            shared.ask_or_own("delete", key)


def welcome(request: Any, name: str) -> None:
    """Let somebody sign in from where they are, who has proved in another way who they are."""
    keys = _keys(client_of(request), name)
    shared.ask_or_own("set", f"known-{keys.pair}", True, KNOWN_SECONDS)


def _admit(keys: _Keys, undo: ExitStack) -> None:
    _take(keys, keys.pair, undo, free=settings.SEATCAST_LOGIN_TRIES, pause=PAUSE_SECONDS)
    if shared.ask_or_own("get", f"known-{keys.pair}"):
        return
    _take(keys, keys.address, undo, free=FROM_ADDRESS, pause=ADDRESS_PAUSE_SECONDS)
    if (number := _count(keys.name, undo)) > FOR_NAME:
        if number == FOR_NAME + 1:
            security.warning("%s wrong passwords for one name, also from %s", number, keys.client)
        _wait_in_line(keys.pair)


def _take(keys: _Keys, key: str, undo: ExitStack, *, free: int, pause: float) -> None:
    """Count a try: the first ones are free, of those after them one gets through in each pause."""
    if (number := _count(key, undo)) < free:
        return
    if number == free:
        security.warning("%s wrong passwords from %s", number, keys.client)
    now = time.time()
    if shared.ask_or_own("add", f"pause-{key}", now + pause, pause):
        undo.callback(shared.ask_or_own, "delete", f"pause-{key}")
        return
    until = shared.ask_or_own("get", f"pause-{key}") or now
    raise Throttled(wait=max(0.0, until - now))


def _wait_in_line(pair: str) -> None:
    """Let through who was here a pause ago, once."""
    key, now = f"line-{pair}", time.time()
    until = shared.ask_or_own("get", key)
    if until is not None and until <= now and shared.ask_or_own("delete", key):
        return
    if until is None or until <= now:
        until = now + PAUSE_SECONDS
        shared.ask_or_own("add", key, until, WITHIN_SECONDS)
    raise Throttled(wait=until - now)


def _count(key: str, undo: ExitStack) -> int:
    number = shared.count(f"tries-{key}", seconds=WITHIN_SECONDS)
    undo.callback(shared.take_back, f"tries-{key}")
    return number


def _keys(address: str, name: str) -> _Keys:
    name = folded(name[:150])
    return _Keys(
        client=address,
        pair=f"pair-{_hashed(f'{address} {name}')}",
        address=f"address-{_hashed(address)}",
        name=f"name-{_hashed(name)}",
    )


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
