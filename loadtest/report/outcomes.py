"""Results of calls: `lock 200`, `lock 409 seat_unavailable`, `lock none TimeoutError`."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["granted", "refused", "failed"]


@dataclass(frozen=True)
class Outcome:
    """A result of a call."""

    call: str
    status: str
    code: str

    @property
    def kind(self) -> Kind:
        """Return granted for 2xx, refused for 3xx and 4xx, otherwise failed."""
        if self.status.startswith("2"):
            return "granted"
        return "refused" if self.status[:1] in {"3", "4"} else "failed"


def outcome(text: str) -> Outcome:
    call, _, rest = text.partition(" ")
    status, _, code = rest.partition(" ")
    return Outcome(call, status, code)
