"""Rate limits of the API.

A round trip to Redis takes a tenth of the time of a seat command, so not every request makes one.
Each process counts for itself. At every tenth request of a client it adds ten to a count that all
processes share, and reads the total; on an event loop a thread does so, and the request does not
wait for it. Together all processes can exceed the limit by nine requests each, and by those that
arrive during that round trip. While Redis is unavailable each process goes by its own count.

Windows start at the same time in all processes, so around the end of one twice the limit can pass.
"""

import hashlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import SynchronousOnlyOperation
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from accounts.client_ip import client_ip
from infrastructure import shared_cache
from infrastructure.security_log.networks import counted_networks

SYNC_EVERY = 10
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
MAX_CLIENTS = 100_000
"""How many clients a window counts; beyond that it starts again from zero."""

# Updates the shared counts for requests on an event loop.
_sync_thread = ThreadPoolExecutor(1, thread_name_prefix="throttles")


@dataclass(slots=True)
class _Count:
    """The requests of one client: of this process, of them synced, and of other processes."""

    here: int = 0
    synced: int = 0
    elsewhere: int = 0


class _Window:
    """Counts requests by client within the current window of a rate, such as a minute."""

    def __init__(self, scope: str, every: int) -> None:
        self._scope = scope
        self._every = every
        self._number = 0
        self._counts: dict[str, _Count] = {}
        self._lock = threading.Lock()

    def count(self, client: str, *, number: int, seconds: int) -> int:
        """Count a request in window `number`, `seconds` long; return the client's total so far."""
        with self._lock:
            if number != self._number or len(self._counts) > MAX_CLIENTS:
                self._number, self._counts = number, {}
            found = self._counts.setdefault(client, _Count())
            found.here += 1
            here = found.here
            if here % self._every:
                return here + found.elsewhere
            found.synced += self._every
        sync = partial(self._sync, client, found, number=number, seconds=seconds)
        try:
            return here + sync()
        except SynchronousOnlyOperation:
            _sync_thread.submit(sync)
            return here + found.elsewhere

    def _sync(self, client: str, found: _Count, *, number: int, seconds: int) -> int:
        """Add the latest requests to the shared count; return how many other processes counted."""
        key = hashlib.sha256(f"{self._scope} {number} {client}".encode(errors="replace"))
        [total] = shared_cache.incr_many({f"rate-{key.hexdigest()}": 2.0 * seconds}, by=self._every)
        with self._lock:
            # `synced` can include requests of another thread that are not in this total yet.
            found.elsewhere = max(found.elsewhere, total - found.synced)
            return found.elsewhere

    def reset(self) -> None:
        with self._lock:
            self._counts = {}


class Throttle(BaseThrottle):
    """Limits requests by client and scope, to the rate in DEFAULT_THROTTLE_RATES."""

    scope: str
    window: _Window

    def allow_request(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        return self.allow_address(client_ip(request))

    def allow_address(self, address: str) -> bool:
        """Count a request for its network and those around it. Return whether all may make it.

        One that is refused is not counted for the wider networks, which others share.
        """
        return all(self.allow(name, times=times) for name, times in counted_networks(address))

    def allow(self, client: str, *, times: int = 1) -> bool:
        """Count a request. Return whether it is within so many times the limit."""
        limit, seconds = _parse_rate(api_settings.DEFAULT_THROTTLE_RATES[self.scope])
        number, gone = divmod(time.time(), seconds)
        self._wait = seconds - gone
        return self.window.count(client, number=int(number), seconds=seconds) <= limit * times

    def wait(self) -> float:
        return self._wait


class AddressThrottle(Throttle):
    """Limits anonymous requests, by IP address."""

    scope = "address"
    window = _Window(scope, SYNC_EVERY)


class ApiThrottle(Throttle):
    """Limits requests to the API: by person, anonymous ones by IP address."""

    scope = "person"
    window = _Window(scope, SYNC_EVERY)

    def __init__(self) -> None:
        self._anonymous = AddressThrottle()

    def allow_request(self, request: Request, view: Any) -> bool:
        # `request.user` would authenticate, which views without authentication do not need.
        person = getattr(request, "_user", None)
        if person is not None and not isinstance(person, AnonymousUser):
            return self.allow(str(person.pk))
        is_allowed = self._anonymous.allow_request(request, view)
        self._wait = self._anonymous.wait()
        return is_allowed


class RegisterThrottle(Throttle):
    """Limits registrations, by IP address."""

    scope = "register"
    window = _Window(scope, every=1)


class ResetThrottle(Throttle):
    """Limits requests for mailed links, and uses of them, by IP address."""

    scope = "reset"
    window = _Window(scope, every=1)


class PasswordChangeThrottle(Throttle):
    """Limits attempts to change a password or an e-mail address, by account and by network."""

    scope = "password"
    window = _Window(scope, every=1)

    @classmethod
    def enforce(cls, request: Any, person_id: int) -> None:
        """Count an attempt, right or wrong. Raises: Throttled."""
        by_person, by_network = cls(), _PasswordChangeNetworkThrottle()
        if not by_person.allow(f"person {person_id}"):
            raise Throttled(wait=by_person.wait())
        if not by_network.allow_address(client_ip(request)):
            raise Throttled(wait=by_network.wait())


class _PasswordChangeNetworkThrottle(Throttle):
    scope = "password_network"
    window = _Window(scope, every=1)


class PersonThrottle(Throttle):
    """Limits requests of a scope by person, or by IP address if nobody is signed in."""

    _windows: ClassVar[dict[str, _Window]] = {}

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self.window = self._windows.setdefault(scope, _Window(scope, every=1))

    def allow_request(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        number = getattr(request.user, "pk", None)
        return self.allow(client_ip(request) if number is None else f"person {number}")

    @classmethod
    def reset_all(cls) -> None:
        for window in cls._windows.values():
            window.reset()


class ExportThrottle(PersonThrottle):
    """Limits exports of personal data, by person."""

    def __init__(self) -> None:
        super().__init__("export")


@cache
def _parse_rate(rate: str) -> tuple[int, int]:
    """Return the limit and the seconds of a rate such as `1200/min`."""
    number, _, unit = rate.partition("/")
    return int(number), _SECONDS[unit[:1]]


def reset() -> None:
    """Reset the counts of this process."""
    for throttle in (
        *(AddressThrottle, ApiThrottle, RegisterThrottle, ResetThrottle),
        *(PasswordChangeThrottle, _PasswordChangeNetworkThrottle),
    ):
        throttle.window.reset()
    PersonThrottle.reset_all()
