"""Payment providers that fail on demand."""

from collections.abc import Callable
from typing import Any, ClassVar

from reservations.domain.errors import PaymentUnavailable
from reservations.payments.demo import DemoProvider
from reservations.ports.payment_provider import Progress, Request


class Died(BaseException):
    """The process ended here: nothing that would run afterwards does."""


class Faulty(DemoProvider):
    """The demo's provider, but for the calls that are named in `dies` and `fails`.

    A process dies `before` a call or `after` it was done; a provider that fails is never reached.
    """

    dies: ClassVar[set[tuple[str, str]]] = set()
    fails: ClassVar[set[str]] = set()
    calls: ClassVar[list[str]] = []

    def start(self, request: Request) -> Progress:
        progress: Progress = self._around("start", lambda: super(Faulty, self).start(request))
        return progress

    def look_up(self, *, reference: str) -> Progress:
        progress: Progress = self._around(
            "look_up", lambda: super(Faulty, self).look_up(reference=reference)
        )
        return progress

    def capture(self, *, reference: str) -> None:
        self._around("capture", lambda: super(Faulty, self).capture(reference=reference))

    def void(self, *, reference: str) -> None:
        self._around("void", lambda: super(Faulty, self).void(reference=reference))

    def refund(self, *, reference: str) -> None:
        self._around("refund", lambda: super(Faulty, self).refund(reference=reference))

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
