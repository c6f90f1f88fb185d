"""Sessions in the database, for keys that can be keys."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    """Takes no key but letters and digits for one: PostgreSQL fails at a NUL in a cookie."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and str(key).isascii() and str(key).isalnum() and len(str(key)) <= 40

    def expires_at(self) -> float | None:
        """Return when the stored session expires, in Unix seconds; None if there is none.

        Django's own answer is when it would if it were stored now.
        """
        stored = self.model.objects.filter(pk=self.session_key).values_list(
            "expire_date", flat=True
        )
        found = stored.first()
        return found.timestamp() if found else None
