"""Numbers and results of calls, formatted for people."""

from dataclasses import dataclass
from typing import Literal

UNKNOWN = "\N{EN DASH}"
Kind = Literal["granted", "refused", "failed"]


def milliseconds(value: float | None) -> str:
    """Return a latency with about three digits: `3.1 ms`, `120 ms`, `1.84 s`."""
    if value is None:
        return UNKNOWN
    if value >= 10_000:
        return f"{value / 1000:,.1f} s"
    if value >= 999.5:
        return f"{value / 1000:.2f} s"
    return f"{value:.0f} ms" if value >= 99.95 else f"{value:.1f} ms"


def count(value: float | None) -> str:
    """Return a number with thousands separators, and one decimal if it is small."""
    if value is None:
        return UNKNOWN
    return f"{value:,.1f}" if value < 10 and value != int(value) else f"{value:,.0f}"


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def share(part: float, whole: float) -> str:
    if not whole:
        return UNKNOWN
    percent = 100 * part / whole
    return "< 0.1 %" if 0 < percent < 0.1 else f"{percent:.1f} %"


def size(number: float) -> str:
    return f"{number / 1e6:,.1f} MB" if number >= 1e5 else f"{number / 1e3:,.1f} KB"


def sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class CallResult:
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


def call_result(text: str) -> CallResult:
    call, _, rest = text.partition(" ")
    status, _, code = rest.partition(" ")
    return CallResult(call, status, code)
