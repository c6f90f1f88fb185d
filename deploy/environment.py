"""Functions on environment variables."""

import os
from collections.abc import Mapping

_YES = {"true", "on", "ok", "y", "yes", "1"}
_OWN_SETTINGS = (
    *("DATABASE_URL", "DATABASE_PASSWORD", "REDIS_URL", "REDIS_PASSWORD", "EMAIL_URL"),
    *("DATABASE_MIGRATION_URL", "DATABASE_MIGRATION_PASSWORD"),
    *("DJANGO_SETTINGS_MODULE", "HOST", "PORT"),
)


def clean_environment(**extra: str) -> dict[str, str]:
    """Return this process's environment without Seatcast's settings, plus `extra`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name.removesuffix("_FILE") not in _OWN_SETTINGS and not name.startswith("SEATCAST_")
    }
    return {**kept, **extra}


def is_production(environment: Mapping[str, str]) -> bool:
    """Return whether SEATCAST_PRODUCTION is set to any of the true values that settings accept."""
    return environment.get("SEATCAST_PRODUCTION", "").lower() in _YES


def is_set(environment: Mapping[str, str], name: str) -> bool:
    """Return whether a setting, or its `_FILE` variant, is set."""
    return bool(environment.get(name) or environment.get(f"{name}_FILE"))
