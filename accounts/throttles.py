"""How much one may ask of the API.

Redis takes a tenth of what a click takes, so it is not asked with each request. Each process
counts for itself, and at every tenth request of the same person adds ten to the count that all
share, and reads it; on an event loop a thread does so, and the request does not wait for it. All
processes together let through nine more than the limit each, and those that come meanwhile. While
Redis is away, each goes by its own count.

Windows begin at the same time everywhere, so twice as much may come around the end of one.
"""

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SynchronousOnlyOperation
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from accounts import shared_cache
from accounts.client_ip import client_ip

SHARED_EVERY = 10
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
MAX_CLIENTS = 100_000
"""How many are counted at a time; when there are more, all begin anew."""

# Tells the other processes, for requests that an event loop answers.
_sharing = ThreadPoolExecutor(1, thread_name_prefix="throttles")


@dataclass(slots=True)
class _Count:
    """What one client asked for: here, what of it was told, and elsewhere as far as is known."""

    here: int = 0
    told: int = 0
    elsewhere: int = 0


class _Window:
    """What was counted since the last full minute, or whatever a rate is for."""

    def __init__(self, scope: str, every: int) -> None:
        self._scope = scope
        self._every = every
        self._number = 0
        self._counts: dict[str, _Count] = {}
        self._counting = threading.Lock()

    def count(self, client: str, *, number: int, seconds: int) -> int:
        """Count a request in the window with this number; return how many there are by now."""
        with self._counting:
            if number != self._number or len(self._counts) > MAX_CLIENTS:
                self._number, self._counts = number, {}
            found = self._counts.setdefault(client, _Count())
            found.here += 1
            here = found.here
            if here % self._every:
                return here + found.elsewhere
            found.told += self._every
        share = partial(self._share, client, found, number=number, seconds=seconds)
        try:
            return here + share()
        except SynchronousOnlyOperation:
            _sharing.submit(share)
            return here + found.elsewhere

    def _share(self, client: str, found: _Count, *, number: int, seconds: int) -> int:
        """Tell all others of some more requests, and return how many they have counted."""
        key = hashlib.sha256(f"{self._scope} {number} {client}".encode(errors="replace"))
        [total] = shared_cache.incr_many({f"rate-{key.hexdigest()}": 2.0 * seconds}, by=self._every)
        with self._counting:
            # Another thread's ten may be told already and not yet in this total; then it is less.
            found.elsewhere = max(found.elsewhere, total - found.told)
            return found.elsewhere

    def forget(self) -> None:
        with self._counting:
            self._counts = {}


class Throttle(BaseThrottle):
    """Counts the requests of one client in a scope, and refuses those above the scope's rate."""

    scope: str
    window: _Window

    def allow_request(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return self.has_room(client_ip(request))

    def has_room(self, client: str) -> bool:
        """Count a request; tell whether it is one of those that may pass."""
        limit, seconds = _parsed(api_settings.DEFAULT_THROTTLE_RATES[self.scope])
        number, gone = divmod(time.time(), seconds)
        self._wait = seconds - gone
        return self.window.count(client, number=int(number), seconds=seconds) <= limit

    def wait(self) -> float:
        return self._wait


class AddressThrottle(Throttle):
    """Counts the requests of people who are nobody, by address."""

    scope = "address"
    window = _Window(scope, SHARED_EVERY)


class ApiThrottle(Throttle):
    """Counts what is asked of the API: by person, and who is nobody by address."""

    scope = "person"
    window = _Window(scope, SHARED_EVERY)

    def __init__(self) -> None:
        self._of_nobody = AddressThrottle()

    def allow_request(self, request: Request, view: Any) -> bool:
        # Not `user`, which would look them up where nobody wants to know.
        person = getattr(request, "_user", None)
        if person is not None and not isinstance(person, AnonymousUser):
            return self.has_room(str(person.pk))
        is_let_through = self._of_nobody.allow_request(request, view)
        self._wait = self._of_nobody.wait()
        return is_let_through


class RegisterThrottle(Throttle):
    """Counts accounts that are made, by address."""

    scope = "register"
    window = _Window(scope, every=1)


class ResetThrottle(Throttle):
    """Counts links that are asked for, and tried, by address."""

    scope = "reset"
    window = _Window(scope, every=1)


class PasswordChangeThrottle(Throttle):
    """Counts the changes of passwords that one account asks for, and one network."""

    scope = "password"
    window = _Window(scope, every=1)

    @classmethod
    def require_room(cls, request: Any, person_id: int) -> None:
        """Count a change, right or wrong. Raises: Throttled."""
        for throttle, client in ((cls(), f"person {person_id}"), (_FromNetwork(), None)):
            if not throttle.has_room(client or client_ip(request)):
                raise Throttled(wait=throttle.wait())


class _FromNetwork(Throttle):
    scope = "password_network"
    window = _Window(scope, every=1)


class ExportThrottle(Throttle):
    """Counts exports of one's own data, by person."""

    scope = "export"
    window = _Window(scope, every=1)

    def allow_request(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return self.has_room(str(request.user.pk))


@cache
def _parsed(rate: str) -> tuple[int, int]:
    """Return how many in how many seconds are meant by `1200/min`."""
    number, _, unit = rate.partition("/")
    return int(number), _SECONDS[unit[:1]]


def forget() -> None:
    """Forget what this process has counted."""
    for throttle in (
        *(AddressThrottle, ApiThrottle, ExportThrottle, RegisterThrottle, ResetThrottle),
        *(PasswordChangeThrottle, _FromNetwork),
    ):
        throttle.window.forget()
