"""The deployment check of the database role: `manage.py check --deploy --database default`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Info, Tags, Warning, register
from django.db import OperationalError, connection

from config.postgresql.roles import may_change_tables

_HINT = "docs/operations.md, *Two roles in the database*, has how to separate them."


@register(Tags.database, deploy=True)
def check_serving_role(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Warn if servers connect as a role that could drop their tables."""
    if not databases or connection.vendor != "postgresql":
        return []
    try:
        with connection.cursor() as cursor:
            if not may_change_tables(cursor):
                return []
    except OperationalError:
        # Django's own checks report an unavailable database.
        return []
    if settings.MIGRATION_DATABASE_URL:
        sentence = (
            "The role in DATABASE_URL may change tables, which DATABASE_MIGRATION_URL is for."
        )
        return [Warning(sentence, hint=_HINT, id="seatcast.W002")]
    sentence = "One role migrates and serves: what gets into a server can drop every table."
    return [Info(sentence, hint=_HINT, id="seatcast.I001")]
