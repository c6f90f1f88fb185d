"""A server like Stripe's, over HTTP: localstripe, with what it lacks and the shop relies on.

Added are idempotency keys, a newer parameter, disputes and faults. Nothing of the shop is replaced.
"""

import asyncio
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import stripe
from aiohttp import web
from localstripe import resources, server

from reservations.payments import stripe_provider
from tests.concurrent_commands import PATIENCE_SECONDS

CARD = "4242424242424242"
CARD_WITH_3D_SECURE = "4000002760003184"
CARD_THAT_IS_DECLINED = "4000000000000341"
SECRET = "whsec_of_tests"


@dataclass
class StripeLike:
    """The running server. `faults` says what happens to a call, by method and end of its path.

    down: it is not executed, and the connection breaks. lost: only its answer is.
    """

    url: str = ""
    faults: dict[tuple[str, str], str] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    disputes: dict[str, str] = field(default_factory=dict)
    """The status of disputes, by payment intent."""
    _answers: dict[str, tuple[int, Any]] = field(default_factory=dict)

    @property
    def intents(self) -> list[Any]:
        """All payment intents, oldest first."""
        found = [each for key, each in resources.store.items() if key.startswith("payment_intent:")]
        return list(found)

    @property
    def taken(self) -> int:
        """What was captured and not refunded, in minor units."""
        refunds = [each for key, each in resources.store.items() if key.startswith("refund:")]
        captured = [each for each in self.intents if each.status == "succeeded"]
        return int(sum(each.amount for each in captured) - sum(each.amount for each in refunds))

    def reset(self) -> None:
        resources.store.clear()
        for what in (self.faults, self.calls, self.disputes, self._answers):
            what.clear()

    def reset_faults(self) -> None:
        self.faults.clear()

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

    @web.middleware
    async def serve(self, request: web.Request, handler: Any) -> web.StreamResponse:
        call = (request.method, request.path.rsplit("/", 1)[-1])
        key = request.headers.get("Idempotency-Key", "")
        self.calls.append(call)
        fault = self.faults.get(call)
        if fault == "down":
            return self._broken(request)
        if key in self._answers:
            status, body = self._answers[key]
            answer = web.Response(status=status, body=body, content_type="application/json")
        else:
            answer = await handler(request)
        if key and answer.status < 400:
            self._answers[key] = (answer.status, answer.body)
        return self._broken(request) if fault == "lost" else answer

    async def list_disputes(self, request: web.Request) -> web.Response:
        status = self.disputes.get(request.query["payment_intent"])
        found = [{"id": "dp_1", "object": "dispute", "status": status}] if status else []
        return web.json_response({"object": "list", "data": found, "has_more": False})

    @staticmethod
    def _broken(request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.close()
        return web.Response()


_create_intent = resources.PaymentIntent._api_create


def _create(**data: Any) -> Any:
    data["payment_method_types"] = data.pop("allowed_payment_method_types")
    return _create_intent(**data)


@contextmanager
def running() -> Iterator[StripeLike]:
    """Run the server in a thread. localstripe has one application, so once in a process."""
    found = StripeLike()
    # It would write its objects to a file in /tmp.
    resources.store.dump_to_disk = lambda: None
    resources.PaymentIntent._api_create = _create
    server.app.router.add_get("/v1/disputes", found.list_disputes)
    server.app.middlewares.insert(0, found.serve)
    is_up, loop = threading.Event(), asyncio.new_event_loop()

    async def start() -> None:
        runner = web.AppRunner(server.app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        found.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        is_up.set()

    def serve() -> None:
        loop.run_until_complete(start())
        loop.run_forever()

    threading.Thread(target=serve, daemon=True).start()
    assert is_up.wait(PATIENCE_SECONDS)
    yield found
    loop.call_soon_threadsafe(loop.stop)


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
