"""Sessions in the database, for keys that can be keys."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    """Takes no key but letters and digits for one: PostgreSQL fails at a NUL in a cookie."""

    def _validate_session_key(self, key: str | None) -> bool:
        return bool(key) and str(key).isascii() and str(key).isalnum() and len(str(key)) <= 40
