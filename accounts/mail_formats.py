"""Write the times and amounts of mail in the reader's language.

Rows of mail have them as 2030-05-24 19:30+0200 Europe/Berlin, in the event's time zone, and as
160.00 EUR: whoever sends a row knows the language.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol


class Formats(Protocol):
    """What writes amounts and times. `config/apps.py` registers it."""

    def localised_amount(self, amount: Decimal, currency: str, *, language: str) -> str:
        """Return an amount as text."""

    def localised_day(self, day: date, *, language: str) -> str:
        """Return a day as text."""

    def localised_time(self, at: datetime, *, language: str) -> str:
        """Return a time as text, in the time zone that it has."""


_registered: list[Formats] = []


def register(implementation: Formats) -> None:
    """Have amounts and times written by `implementation`."""
    _registered[:] = [implementation]


def stored_time(local: datetime) -> str:
    """Return a time as in rows; its `tzinfo` is a ZoneInfo."""
    return f"{local:%Y-%m-%d %H:%M%z} {local.tzinfo}"


def stored_amount(amount: Decimal, currency: str) -> str:
    """Return an amount as in rows."""
    return f"{amount} {currency}"


def day_in(day: date, language: str) -> str:
    """Return a day in a language."""
    return _formats().localised_day(day, language=language)


def time_in(stored: str, language: str) -> str:
    """Return a row's time in a language, with its time zone: (Berlin, UTC+2)."""
    local, _, zone = stored.rpartition(" ")
    at = datetime.fromisoformat(local)
    return f"{_formats().localised_time(at, language=language)} ({_zone_text(at, zone)})"


def is_same_moment(stored: str, other: str) -> bool:
    """Return whether two rows' times are one moment in different time zones."""
    (at, _, zone), (other_at, _, other_zone) = stored.rpartition(" "), other.rpartition(" ")
    is_same = datetime.fromisoformat(at) == datetime.fromisoformat(other_at)
    return is_same and zone != other_zone


def amount_in(stored: str, language: str) -> str:
    """Return a row's amount in a language."""
    amount, currency = stored.split()
    return _formats().localised_amount(Decimal(amount), currency, language=language)


def _zone_text(at: datetime, zone: str) -> str:
    """Return a zone's city and its offset at a time, which every reader can compare."""
    offset = f"UTC{_offset(at)}"
    city = zone.rpartition("/")[2].replace("_", " ")
    return offset if zone == "UTC" else f"{city}, {offset}"


def _offset(at: datetime) -> str:
    """Return +2, -3:30, or nothing for UTC's own time."""
    minutes = round((at.utcoffset() or timedelta()).total_seconds() / 60)
    hours, left = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{hours}{f':{left:02}' if left else ''}" if minutes else ""


def _formats() -> Formats:
    return _registered[0]
