"""What accounts write to the security log by themselves."""

from typing import Any

from accounts.models import User
from security_log.log import Kind, record


def session_begun(*, user: User, **_: Any) -> None:
    """Record that somebody signed in with a session: the receiver of Django's `user_logged_in`."""
    record(Kind.SIGNED_IN, actor_id=user.pk, subject_id=user.pk, details={"by": "session"})
