"""A database session store whose sessions expire when they are idle.

A session expires when it has been idle for SEATCAST_SESSION_IDLE_SECONDS, for organisers
SEATCAST_STAFF_IDLE_SECONDS, and in any case SESSION_COOKIE_AGE after signing in. `expire_date` is
that moment, so Django refuses an idle session wherever it loads one; `renew` moves it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

from accounts.models.sign_ins import SignIn

SESSION_BACKEND = "django.contrib.auth.backends.ModelBackend"
"""The authentication backend stored in sessions: the one that people sign in with."""

BEGAN = "began"
ORGANISER = "organiser"


class SessionStore(DatabaseSessionStore):
    """Accepts only alphanumeric keys: a NUL in a cookie would be an error in PostgreSQL."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and str(key).isascii() and str(key).isalnum() and len(str(key)) <= 40

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row that stores the session, with its idle deadline."""
        found: AbstractBaseSession = super().create_model_instance(data)
        found.expire_date = idle_deadline(
            began=data.get(BEGAN), is_organiser=bool(data.get(ORGANISER))
        )
        return found

    def cycle_key(self) -> None:
        """Change the session's key, also in the list of sign-ins."""
        before = self.session_key
        super().cycle_key()
        if before:
            SignIn.objects.filter(session_key=before).update(session_key=self.session_key)

    def renew(self, *, is_organiser: bool) -> None:
        """Move the idle deadline: the session is in use."""
        if self.get(ORGANISER) != is_organiser:
            self[ORGANISER] = is_organiser
        deadline = idle_deadline(began=self.get(BEGAN), is_organiser=is_organiser)
        self.model.objects.filter(pk=self.session_key).update(expire_date=deadline)

    def expires_at(self) -> float | None:
        """Return when the stored session expires, in Unix seconds; None if it does not exist.

        Django's methods return when it would expire if it were saved now.
        """
        stored = self.model.objects.filter(pk=self.session_key).values_list(
            "expire_date", flat=True
        )
        found = stored.first()
        return found.timestamp() if found else None


def idle_seconds(*, is_organiser: bool) -> int:
    """Return the idle timeout in seconds."""
    if is_organiser:
        return int(settings.SEATCAST_STAFF_IDLE_SECONDS)
    return int(settings.SEATCAST_SESSION_IDLE_SECONDS)


def idle_deadline(*, began: float | None, is_organiser: bool) -> datetime:
    """Return when a session expires that is used now and began at `began`, in Unix seconds."""
    now = timezone.now()
    idle = now + timedelta(seconds=idle_seconds(is_organiser=is_organiser))
    began = now.timestamp() if began is None else began
    last = datetime.fromtimestamp(began, tz=now.tzinfo) + timedelta(
        seconds=settings.SESSION_COOKIE_AGE
    )
    return min(idle, last)
