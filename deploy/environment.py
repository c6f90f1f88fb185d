"""Reading the environment, and cleaning it for other processes."""

import os
from collections.abc import Mapping

_YES = {"true", "on", "ok", "y", "yes", "1"}
_OWN_SETTINGS = (
    *("DATABASE_URL", "DATABASE_PASSWORD", "REDIS_URL", "REDIS_PASSWORD", "EMAIL_URL"),
    *("DATABASE_MIGRATION_URL", "DATABASE_MIGRATION_PASSWORD"),
    *("DJANGO_SETTINGS_MODULE", "HOST", "PORT"),
)


def clean_environment(**extra: str) -> dict[str, str]:
    """Return this environment without the site's settings, so that none leaks into a test."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.removesuffix("_FILE") not in _OWN_SETTINGS and not name.startswith("SEATCAST_")
    }
    return {**kept, **extra}


def is_production(environment: Mapping[str, str]) -> bool:
    """Return whether production is asked for, in any of the words that the settings take."""
    return environment.get("SEATCAST_PRODUCTION", "").lower() in _YES


def is_set(environment: Mapping[str, str], name: str) -> bool:
    """Return whether the environment has a setting, or the file that it is in."""
    return bool(environment.get(name) or environment.get(f"{name}_FILE"))
