"""Time zones of events, by IANA name."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError


def is_time_zone(name: str) -> bool:
    """Return whether a name, such as Europe/Berlin, is a known time zone."""
    return name in _names()


def default_time_zone() -> str:
    """Return the default time zone of events."""
    return str(settings.SEATCAST_TIME_ZONE)


def require_time_zone(name: str) -> None:
    """Require the name of a time zone. Raises: ValidationError."""
    if not is_time_zone(name):
        raise ValidationError("Give a time zone such as Europe/Berlin.")


def format_local_time(moment: datetime, zone: str) -> str:
    """Format a time in a zone for display, with the zone's abbreviation."""
    return f"{moment.astimezone(ZoneInfo(zone)):%a %d %b %Y, %H:%M %Z}"


def shifted(moment: datetime, zone: str, *, since: datetime, to: datetime) -> datetime:
    """Return a time that lies as far from `to` as `moment` does from `since`, on the clocks there.

    So it is at the same time of the day, also if the clocks of the zone change in between. Raises:
    OverflowError.
    """
    info = ZoneInfo(zone)
    local, before, after = (
        each.astimezone(info).replace(tzinfo=None) for each in (moment, since, to)
    )
    return (local + (after - before)).replace(tzinfo=info).astimezone(UTC)


@cache
def _names() -> frozenset[str]:
    # Cached, because listing zones reads directories.
    return frozenset(available_timezones())
