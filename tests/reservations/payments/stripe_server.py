"""localstripe as a process of its own, with what it lacks and the shop relies on.

Added are idempotency keys, a newer parameter, disputes, faults, and the path /_tests/, by which a
test sees and sets all that. Run as `python -m tests.reservations.payments.stripe_server PORT`.
"""

import asyncio
import sys
from collections import defaultdict
from typing import Any

from aiohttp import web
from localstripe import resources, server

TESTS = "/_tests/"
# How often a call that is slow looks whether its caller has given up.
_POLL_SECONDS = 0.01


class _Added:
    """What is added to localstripe. `faults` are by a call's method and the end of its path.

    down: the call is not executed, and the connection breaks. lost: only its answer is. slow: it is
    executed, and not answered until the caller has given up.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        resources.store.clear()
        self.faults: dict[str, str] = {}
        self.disputes: dict[str, str] = {}
        self.new_refunds_are = "succeeded"
        self.calls: list[list[str]] = []
        self._answers: dict[str, tuple[int, Any]] = {}
        self._being_answered: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @web.middleware
    async def serve(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.path == TESTS:
            return await self._serve_test(request)
        call = [request.method, request.path.rsplit("/", 1)[-1]]
        self.calls.append(call)
        fault = self.faults.get(" ".join(call))
        if fault == "down":
            return _broken(request)
        answer = await self._once(request, handler)
        if fault == "slow":
            while request.transport is not None and not request.transport.is_closing():
                await asyncio.sleep(_POLL_SECONDS)
        return _broken(request) if fault == "lost" else answer

    async def _once(self, request: web.Request, handler: Any) -> web.StreamResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            answer: web.StreamResponse = await handler(request)
            return answer
        async with self._being_answered[key]:
            if key not in self._answers:
                answer = await handler(request)
                if answer.status >= 400:
                    return answer
                self._answers[key] = (answer.status, answer.body)  # type: ignore[attr-defined]
            status, body = self._answers[key]
            return web.Response(status=status, body=body, content_type="application/json")

    async def _serve_test(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.json_response({"calls": self.calls, **_stored()})
        given = await request.json()
        if given.pop("reset", False):
            self.reset()
        for key, status in given.pop("ended_refunds", {}).items():
            resources.store[f"refund:{key}"].status = status
        for name, value in given.items():
            setattr(self, name, value)
        return web.Response()

    async def list_disputes(self, request: web.Request) -> web.Response:
        intent = request.query.get("payment_intent")
        found = [
            {"id": f"dp_{each}", "object": "dispute", "payment_intent": each, "status": status}
            for each, status in self.disputes.items()
            if intent in {None, each}
        ]
        return web.json_response({"object": "list", "data": found, "has_more": False})


def _stored() -> dict[str, Any]:
    """Return all payment intents and refunds, oldest first."""
    found: dict[str, Any] = {"intents": [], "refunds": []}
    for key, each in resources.store.items():
        fields = {"id": each.id, "amount": getattr(each, "amount", None)}
        if key.startswith("payment_intent:"):
            found["intents"].append(
                {
                    **fields,
                    "status": each.status,
                    "client_secret": each.client_secret,
                    "reference": each.metadata.get("reference"),
                }
            )
        elif key.startswith("refund:"):
            reference = each.metadata.get("reference")
            fields |= {"intent": each.payment_intent, "reference": reference}
            fields["status"] = each.status
            found["refunds"].append(fields)
    return found


def _broken(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()


_create_intent = resources.PaymentIntent._api_create


def _create(**data: Any) -> Any:
    data["payment_method_types"] = data.pop("allowed_payment_method_types")
    return _create_intent(**data)


def main(port: int) -> None:
    # It would write its objects to a file in /tmp.
    resources.store.dump_to_disk = lambda: None
    resources.PaymentIntent._api_create = _create
    added = _Added()
    create_refund = resources.Refund.__init__

    def create(refund: Any, **data: Any) -> None:
        create_refund(refund, **data)
        refund.status = added.new_refunds_are

    resources.Refund.__init__ = create
    server.app.router.add_get("/v1/disputes", added.list_disputes)
    server.app.middlewares.insert(0, added.serve)
    web.run_app(server.app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main(int(sys.argv[1]))
