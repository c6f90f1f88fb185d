"""Payment providers that fail on demand."""

from collections.abc import Mapping
from typing import ClassVar

from reservations.domain.errors import PaymentUnavailable
from reservations.payments.demo import DemoProvider
from reservations.payments.provider import Progress, Request


class Died(BaseException):
    """The process ended here: nothing that would run afterwards does."""


class Faulty(DemoProvider):
    """The demo provider, but for the calls that are named in `dies` and `fails`.

    A process dies `before` a call or `after` it was done; a provider that fails is never reached.
    """

    dies: ClassVar[set[tuple[str, str]]] = set()
    fails: ClassVar[set[str]] = set()
    calls: ClassVar[list[str]] = []

    @property
    def methods(self) -> Mapping[str, str]:
        return super().methods

    def start(self, request: Request) -> Progress:
        self._meet("start", "before")
        progress = super().start(request)
        self._meet("start", "after")
        return progress

    def look_up(self, *, reference: str) -> Progress:
        self._meet("look_up", "before")
        progress = super().look_up(reference=reference)
        self._meet("look_up", "after")
        return progress

    def capture(self, *, reference: str) -> None:
        self._meet("capture", "before")
        super().capture(reference=reference)
        self._meet("capture", "after")

    def void(self, *, reference: str) -> None:
        self._meet("void", "before")
        super().void(reference=reference)
        self._meet("void", "after")

    def refund(self, *, reference: str) -> None:
        self._meet("refund", "before")
        super().refund(reference=reference)
        self._meet("refund", "after")

    def _meet(self, call: str, when: str) -> None:
        if when == "before":
            self.calls.append(call)
            if call in self.fails:
                raise PaymentUnavailable
        if (call, when) in self.dies:
            raise Died
