"""Throttles of calls that cost more than others, besides the one of all calls.

`config/apps.py` registers who makes them, because this app does not know who keeps counts.
"""

from collections.abc import Callable
from typing import Protocol

from rest_framework.request import Request
from rest_framework.views import APIView


class Throttle(Protocol):
    """Counts the calls of a scope. Each function counts one, and returns False for one too many."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Count a call of a request's person, or of its network if nobody is signed in."""

    def wait(self) -> float | None:
        """Return in how many seconds the refused call is allowed."""

    def allow(self, client: str) -> bool:
        """Count a call of whatever has the key `client`."""

    def allow_address(self, address: str) -> bool:
        """Count a call of an IP address's network."""


_registered: list[Callable[[str], Throttle]] = []


def register(make: Callable[[str], Throttle]) -> None:
    """Have the throttle of a scope made by `make`."""
    _registered[:] = [make]


def throttle(scope: str) -> Throttle:
    """Return the throttle of a scope in DEFAULT_THROTTLE_RATES, by person."""
    return _registered[0](scope)
