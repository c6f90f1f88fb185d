"""Sessions in the database: for keys that can be keys, and only while they are used.

A stored session expires when it was idle for SEATCAST_SESSION_IDLE_SECONDS, for organisers
SEATCAST_STAFF_IDLE_SECONDS, and in any case SESSION_COOKIE_AGE after signing in. `expire_date` is
that moment, so Django refuses an idle session wherever it reads one; `renew` moves it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.utils import timezone

from accounts.sign_ins.models import SignIn

BEGAN = "began"
ORGANISER = "organiser"


class SessionStore(DatabaseSessionStore):
    """Takes no key but letters and digits for one: PostgreSQL fails at a NUL in a cookie."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and str(key).isascii() and str(key).isalnum() and len(str(key)) <= 40

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        """Return the row that stores the session, expiring when it will have been idle."""
        found: AbstractBaseSession = super().create_model_instance(data)
        found.expire_date = idle_deadline(
            began=data.get(BEGAN), is_organiser=bool(data.get(ORGANISER))
        )
        return found

    def cycle_key(self) -> None:
        """Go on under another key; the list of sessions follows."""
        before = self.session_key
        super().cycle_key()
        if before:
            SignIn.objects.filter(session_key=before).update(session_key=self.session_key)

    def renew(self, *, is_organiser: bool) -> None:
        """Write down that the session was used just now, by a person who organises or does not."""
        if self.get(ORGANISER) != is_organiser:
            self[ORGANISER] = is_organiser
        deadline = idle_deadline(began=self.get(BEGAN), is_organiser=is_organiser)
        self.model.objects.filter(pk=self.session_key).update(expire_date=deadline)

    def expires_at(self) -> float | None:
        """Return when the stored session expires, in Unix seconds; None if there is none.

        Django's own answer is when it would if it were stored now.
        """
        stored = self.model.objects.filter(pk=self.session_key).values_list(
            "expire_date", flat=True
        )
        found = stored.first()
        return found.timestamp() if found else None


def idle_seconds(*, is_organiser: bool) -> int:
    """Return after how many seconds without use somebody is signed out."""
    if is_organiser:
        return int(settings.SEATCAST_STAFF_IDLE_SECONDS)
    return int(settings.SEATCAST_SESSION_IDLE_SECONDS)


def idle_deadline(*, began: float | None, is_organiser: bool) -> datetime:
    """Return when a session ends that is used just now, and began then, in Unix seconds."""
    now = timezone.now()
    idle = now + timedelta(seconds=idle_seconds(is_organiser=is_organiser))
    began = now.timestamp() if began is None else began
    last = datetime.fromtimestamp(began, tz=now.tzinfo) + timedelta(
        seconds=settings.SESSION_COOKIE_AGE
    )
    return min(idle, last)
