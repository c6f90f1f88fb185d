"""A server like Stripe's (`stripe_server.py`), as tests and buyers' browsers use it."""

import hashlib
import hmac
import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import httpx
import stripe
from pytest_django import Settings

from deploy.address import Address, answers
from deploy.environment import clean_environment
from deploy.paths import ROOT
from deploy.ports import free_port
from deploy.supervised import supervised
from reservations.payments import stripe_provider
from reservations.ports import payment_provider as provider_module
from tests.reservations.payments.stripe_server import TESTS
from tests.servers import HOST

CARD = "4242424242424242"
CARD_WITH_3D_SECURE = "4000002760003184"
CARD_THAT_IS_DECLINED = "4000000000000341"
SECRET = "whsec_of_tests"


@dataclass(frozen=True)
class StripeLike:
    """The running server."""

    url: str
    _http: httpx.Client

    @property
    def settings(self) -> dict[str, str]:
        """The settings of a site that sells with it."""
        return {
            "SEATCAST_PAYMENT_PROVIDER": "reservations.payments.stripe_provider.StripeProvider",
            "SEATCAST_STRIPE_SECRET_KEY": "sk_test_of_tests",
            "SEATCAST_STRIPE_PUBLISHABLE_KEY": "pk_test_of_tests",
            "SEATCAST_STRIPE_WEBHOOK_SECRET": SECRET,
            "SEATCAST_STRIPE_API_URL": self.url,
        }

    @property
    def intents(self) -> list[Any]:
        """All payment intents, oldest first."""
        return [SimpleNamespace(**each) for each in self._stored["intents"]]

    @property
    def refunds(self) -> list[Any]:
        """All refunds, oldest first."""
        return [SimpleNamespace(**each) for each in self._stored["refunds"]]

    @property
    def calls(self) -> list[tuple[str, str]]:
        """The calls since the last reset: their method and the end of their path."""
        return [(method, end) for method, end in self._stored["calls"]]

    @property
    def taken(self) -> int:
        """What was captured and not refunded, in minor units."""
        captured = [each for each in self.intents if each.status == "succeeded"]
        return int(
            sum(each.amount for each in captured)
            - sum(each.amount for each in self.refunds if each.status == "succeeded")
        )

    @property
    def _stored(self) -> Any:
        return self._http.get(TESTS).raise_for_status().json()

    def reset(self) -> None:
        self._set(reset=True)

    def forget_calls(self) -> None:
        self._set(calls=[])

    def fail(self, **faults: str) -> None:
        """Let calls fail from now on, others no more: `{"POST capture": "lost"}`."""
        self._set(faults=faults)

    def dispute(self, intent: str, status: str) -> None:
        self._set(disputes={intent: status})

    def refund(self, intent: str, amount: int) -> str:
        """Refund an amount in minor units in the dashboard; return the refund's id."""
        v1 = stripe_provider.client().v1
        return v1.refunds.create({"payment_intent": intent, "amount": amount}).id

    def end_refund(self, refund: str, status: str) -> None:
        """Let a refund be as the buyer's bank has left it, such as "failed"."""
        self._set(ended_refunds={refund: status})

    def begin_refunds_as(self, status: str) -> None:
        self._set(new_refunds_are=status)

    def cancel(self, intent: str) -> None:
        """End an authorisation, as the buyer's bank does after some days."""
        stripe_provider.client().v1.payment_intents.cancel(intent)

    def _set(self, **what: Any) -> None:
        self._http.post(TESTS, json=what).raise_for_status()

    def pay_if_possible(self, intent: str) -> None:
        """Fill in the card form of a payment that may have been cancelled."""
        with suppress(stripe.InvalidRequestError):
            self.pay(intent)

    def pay(self, intent: str, number: str = CARD, *, approves: bool | None = None) -> None:
        """Fill in the card form as the buyer's browser does; `approves` answers 3-D Secure."""
        v1 = stripe_provider.client().v1
        card: Any = {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}
        method = v1.payment_methods.create({"type": "card", "card": card})
        v1.payment_intents.update(intent, {"payment_method": method.id})
        try:
            found = v1.payment_intents.confirm(intent)
        except stripe.CardError:
            return
        if approves is not None:
            stripe_provider.client().raw_request(
                "post",
                f"/v1/payment_intents/{intent}/_authenticate",
                client_secret=found.client_secret,
                success=approves,
            )


@contextmanager
def running() -> Iterator[StripeLike]:
    """Run the server for the length of the context."""
    port = free_port()
    module = "tests.reservations.payments.stripe_server"
    with (
        supervised(
            {
                "prepare": [],
                "command": [sys.executable, "-m", module, str(port)],
                "folder": str(ROOT),
                "environment": clean_environment(),
                "user": None,
                "stop_signal": signal.SIGTERM,
                "stop_seconds": 15.0,
            },
            name="localstripe",
        ) as server,
        httpx.Client(base_url=f"http://{HOST}:{port}") as http,
    ):
        server.wait_until_ready(lambda: answers(Address(host=HOST, port=port)))
        yield StripeLike(f"http://{HOST}:{port}", http)


@contextmanager
def selling_with(stripe_like: StripeLike, settings: Settings) -> Iterator[None]:
    """Sell with Stripe's provider in this process, and an empty Stripe."""
    for name, value in stripe_like.settings.items():
        setattr(settings, name, value)
    provider_module.provider.cache_clear()
    stripe_provider.client.cache_clear()
    stripe_like.reset()
    yield
    provider_module.provider.cache_clear()
    stripe_provider.client.cache_clear()


def notice(kind: str, found: dict[str, Any], *, age_seconds: int = 0, secret: str = SECRET) -> Any:
    """Return a notice about an object as Stripe sends it: arguments of a test client's `post`."""
    event = {"id": "evt_1", "object": "event", "type": kind, "data": {"object": found}}
    body, at = json.dumps(event), int(time.time()) - age_seconds
    signature = hmac.new(secret.encode(), f"{at}.{body}".encode(), hashlib.sha256).hexdigest()
    return {
        "path": "/api/payments/notices/",
        "data": body,
        "content_type": "application/json",
        "HTTP_STRIPE_SIGNATURE": f"t={at},v1={signature}",
    }
