"""The deployment check of the demo passwords: `manage.py check --deploy --database default`."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import OperationalError, ProgrammingError

from reservations.demo.people import PEOPLE


@register(Tags.database, deploy=True)
def check_demo_passwords(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Warn if demo users have the public default password."""
    if not databases:
        return []
    try:
        people = list(get_user_model().objects.filter(username__in=PEOPLE))
    except (OperationalError, ProgrammingError):
        # Without migrations there are no users.
        return []
    password = settings.SEATCAST_DEFAULT_DEMO_PASSWORD
    # Not `person.check_password`, which accepts no published password in production.
    known = [
        person.get_username() for person in people if check_password(password, person.password)
    ]
    if not known:
        return []
    return [
        Warning(
            f"Everybody knows the password of {', '.join(known)}.",
            hint="Delete them, or give them others with `manage.py changepassword`.",
            id="seatcast.W001",
        )
    ]
