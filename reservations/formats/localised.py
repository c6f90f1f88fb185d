"""Write times and amounts in a language. `config/apps.py` registers it for mail."""

from datetime import date, datetime

from django.utils import translation
from django.utils.formats import date_format

from reservations.formats.currencies import localised as localised_amount

__all__ = ["localised_amount", "localised_day", "localised_time"]

# As the client writes them, by Django's letters; their names of days and months are Django's too.
_DAY = {"en": "D j M Y", "de": "D, d.m.Y"}
_TIME = {"en": "D j M Y, H:i", "de": r"D, d.m.Y, H:i \U\h\r"}


def localised_day(day: date, *, language: str) -> str:
    """Format a day: Fri 24 May 2030 or Fr, 24.05.2030."""
    with translation.override(language):
        return date_format(day, _DAY[language])


def localised_time(at: datetime, *, language: str) -> str:
    """Format a time as it is: Fri 24 May 2030, 19:30 or Fr, 24.05.2030, 19:30 Uhr."""
    with translation.override(language):
        return date_format(at, _TIME[language])
