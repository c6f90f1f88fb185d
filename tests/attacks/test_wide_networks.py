"""A customer of a provider uses all networks of an IPv6 /48, or all addresses of an IPv4 /24.

Every limit by address must stop them at a small multiple of what one address may do.
"""

import ast
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.settings import api_settings

from accounts import throttles
from accounts.client_ip import resolve_client_ip
from config.web.large_responses import MAX_PER_CLIENT, _Response
from realtime.limits import HandshakeThrottle, TooManySockets, socket_slot
from reservations.api import guesses
from tests.contract.calls import refusal
from tests.factories import make_event, make_user, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

LIMIT = 3
ROOT = Path(__file__).resolve().parents[2]
NETWORKS: dict[str, tuple[list[str], int]] = {
    "/48": ([f"2001:470:1f00:{number * 256:x}::1" for number in range(40)], 3),
    "/24": ([f"81.2.69.{number}" for number in range(40)], 2),
}
"""Addresses of one customer, and how many times the limit they may use together."""


def _throttle(scope: str, settings: Settings) -> Callable[[str], bool]:
    rates = {**api_settings.DEFAULT_THROTTLE_RATES, scope: f"{LIMIT}/day"}
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": rates}
    kinds = [throttles.AddressThrottle, throttles.RegisterThrottle, throttles.ResetThrottle]
    [throttle] = [kind for kind in kinds if kind.scope == scope]

    def is_allowed(address: str) -> bool:
        request = Request(RequestFactory().get("/", REMOTE_ADDR=address))
        return throttle().allow_request(request, None)

    return is_allowed


def _handshakes(settings: Settings) -> Callable[[str], bool]:
    settings.SEATCAST_HANDSHAKES_PER_ADDRESS_PER_MINUTE = LIMIT
    throttle = HandshakeThrottle(clock=lambda: 0.0)
    return lambda address: not throttle.take(resolve_client_ip(address, ""))


def _sockets(settings: Settings, stack: ExitStack) -> Callable[[str], bool]:
    settings.SEATCAST_SOCKETS_PER_ADDRESS = LIMIT

    def is_open(address: str) -> bool:
        try:
            stack.enter_context(socket_slot(resolve_client_ip(address, "")))
        except TooManySockets:
            return False
        return True

    return is_open


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("limit", ["address", "register", "reset", "handshakes", "sockets"])
def test_a_limit_by_address_holds_for_the_networks_around_it(
    limit: str, network: str, settings: Settings
) -> None:
    addresses, times = NETWORKS[network]
    with ExitStack() as stack:
        if limit == "handshakes":
            is_allowed = _handshakes(settings)
        elif limit == "sockets":
            is_allowed = _sockets(settings, stack)
        else:
            is_allowed = _throttle(limit, settings)
        assert sum(map(is_allowed, addresses)) == LIMIT * times
        assert is_allowed("8.8.8.8")


@pytest.mark.parametrize("network", NETWORKS)
def test_wrong_promo_codes_are_counted_for_the_networks_around_an_address(
    network: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guesses, "MAX_WRONG_CODES_OF_ADDRESS", LIMIT)
    addresses, times = NETWORKS[network]
    path = f"/api/events/{make_event().pk}/promo-code/"
    answers = [
        signed_in(make_user()).post(path, {"promo_code": "GUESS-1"}, REMOTE_ADDR=address)
        for address in addresses
    ]
    assert [answer.status_code for answer in answers].count(409) == LIMIT * times
    refusal(answers[-1], 429, "throttled")


@pytest.mark.parametrize("network", NETWORKS)
def test_large_responses_are_limited_for_the_networks_around_an_address(network: str) -> None:
    addresses, times = NETWORKS[network]
    in_flight: Counter[str] = Counter()

    async def send(_: Any) -> None:
        """Accept everything."""

    responses = [
        _Response({"client": (address, 1), "headers": []}, send, in_flight) for address in addresses
    ]
    assert [each._acquire() for each in responses].count(None) == MAX_PER_CLIENT * times
    for each in responses:
        each.release()
    assert not in_flight


# Where a client's address is used as it is, and why that limits nothing.
UNCOUNTED = {
    "accounts/client_ip.py": "determines it",
    "accounts/api/email_views.py": "passed to the mail limits",
    "accounts/api/guest_views.py": "passed to the mail limits",
    "accounts/mail.py": "passed to the mail limits",
    "accounts/api/views.py": "passed to the mail limits",
    "organisations/api/views.py": "passed to the mail limits",
    "accounts/sign_ins/tracking.py": "shown to its owner",
    "reservations/payments/pages.py": "passed to a throttle",
    "realtime/daphne.py": "passed to `HandshakeThrottle`",
    "realtime/event_streams.py": "passed to `HandshakeThrottle`",
    "realtime/watching.py": "passed to `socket_slot`",
    "infrastructure/security_log/log.py": "shown to operators",
    "config/web/early_refusals.py": "repeats what `slow_work` has decided",
    "config/web/request_ids.py": "passed on with the request",
}
_ADDRESS = {"client_ip", "client_ip_of_scope", "resolve_client_ip", ".address()"}
_COUNTED = {"counted_networks", "customer_network", "widest_network"}


def test_whoever_uses_an_address_counts_its_networks_or_limits_nothing() -> None:
    apps = (
        "accounts",
        "config/web",
        "doors",
        "organisations",
        "realtime",
        "reservations",
        "infrastructure",
    )
    users = {
        str(path.relative_to(ROOT))
        for app in apps
        for path in (ROOT / app).rglob("*.py")
        if (names := _names(path)) & _ADDRESS and not names & _COUNTED
    }
    assert users == set(UNCOUNTED)


def _names(path: Path) -> set[str]:
    """Return the names that a module uses, and `.address()` for a call of that method."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found.add(f".{node.func.attr}()")
    return found
