"""Write the times and amounts of mail in the reader's language.

Rows of mail have them as 2030-05-24 19:30+0200 Europe/Berlin, in the event's time zone, and as
160.00 EUR: whoever sends a row knows the language.
"""

from datetime import date, datetime
from decimal import Decimal
from importlib import import_module
from typing import Protocol, cast

from django.conf import settings


class Formats(Protocol):
    """The interface of SEATCAST_FORMATS."""

    def localised_amount(self, amount: Decimal, currency: str, *, language: str) -> str:
        """Return an amount as text."""

    def localised_day(self, day: date, *, language: str) -> str:
        """Return a day as text."""

    def localised_time(self, at: datetime, *, language: str) -> str:
        """Return a time as text, in the time zone that it has."""


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
    """Return a row's time in a language."""
    local, _, _ = stored.rpartition(" ")
    return _formats().localised_time(datetime.fromisoformat(local), language=language)


def amount_in(stored: str, language: str) -> str:
    """Return a row's amount in a language."""
    amount, currency = stored.split()
    return _formats().localised_amount(Decimal(amount), currency, language=language)


def _formats() -> Formats:
    return cast("Formats", import_module(settings.SEATCAST_FORMATS))
