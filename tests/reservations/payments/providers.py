"""Payment providers that fail on demand."""

from collections.abc import Callable
from typing import Any, ClassVar

from reservations.domain.errors import PaymentUnavailable
from reservations.payments.demo import DemoProvider
from reservations.payments.provider import Progress, Request
from reservations.payments.stripe_provider import StripeProvider


class Died(BaseException):
    """The process ended here: nothing that would run afterwards does."""


class _Faults:
    """A provider, but for the calls that are named in `dies` and `fails`.

    A process dies `before` a call or `after` it was done; a provider that fails is never reached.
    """

    dies: ClassVar[set[tuple[str, str]]] = set()
    fails: ClassVar[set[str]] = set()
    calls: ClassVar[list[str]] = []

    def start(self, request: Request) -> Progress:
        progress: Progress = self._around("start", lambda: super(_Faults, self).start(request))  # type: ignore[misc]
        return progress

    def look_up(self, *, reference: str) -> Progress:
        def do() -> Any:
            return super(_Faults, self).look_up(reference=reference)  # type: ignore[misc]

        progress: Progress = self._around("look_up", do)
        return progress

    def capture(self, *, reference: str) -> None:
        self._around("capture", lambda: super(_Faults, self).capture(reference=reference))  # type: ignore[misc]

    def void(self, *, reference: str) -> None:
        self._around("void", lambda: super(_Faults, self).void(reference=reference))  # type: ignore[misc]

    def refund(self, *, reference: str) -> None:
        self._around("refund", lambda: super(_Faults, self).refund(reference=reference))  # type: ignore[misc]

    def _around(self, call: str, do: Callable[[], Any]) -> Any:
        self._meet(call, "before")
        answer = do()
        self._meet(call, "after")
        return answer

    def _meet(self, call: str, when: str) -> None:
        if when == "before":
            self.calls.append(call)
            if call in self.fails:
                raise PaymentUnavailable
        if (call, when) in self.dies:
            raise Died


class Faulty(_Faults, DemoProvider):
    """The demo's provider with faults."""


class FaultyStripe(_Faults, StripeProvider):
    """Stripe's provider with faults."""
