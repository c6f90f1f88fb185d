"""The time zones that events are in, by their names in the IANA database."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError


def is_time_zone(name: str) -> bool:
    """Tell whether there is such a zone, like Europe/Berlin."""
    return name in _names()


def default_time_zone() -> str:
    """Return the zone of events that name none."""
    return str(settings.SEATCAST_TIME_ZONE)


def require_time_zone(name: str) -> None:
    """Let pass only the name of a zone. Raises: ValidationError."""
    if not is_time_zone(name):
        raise ValidationError("Give a time zone such as Europe/Berlin.")


def in_words(moment: datetime, zone: str) -> str:
    """Return a moment as people at the place say it, with the zone's abbreviation."""
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M %Z}"


@cache
def _names() -> frozenset[str]:
    # Listing them reads folders.
    return frozenset(available_timezones())
