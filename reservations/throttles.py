"""Throttles of calls that cost more than others, besides the one of all calls.

They are those of the app that SEATCAST_PERSON_THROTTLE names, because this one does not know who
keeps counts.
"""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def throttle(scope: str) -> Any:
    """Return the throttle of a scope in DEFAULT_THROTTLE_RATES, by person."""
    return import_string(settings.SEATCAST_PERSON_THROTTLE)(scope)
