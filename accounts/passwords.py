"""Set a new password: with the old one, or with a mailed link.

Hashing takes as long as a hundred seat commands, so it is done before anything is locked. Then the
person's row is locked, and the old password or the link is checked against it (`locked_rows`): of
two requests at once, with one old password or link, one wins.
"""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models.functions import Coalesce, Now
from django.utils.crypto import constant_time_compare
from rest_framework.exceptions import NotAuthenticated

from accounts import mail, revocations
from accounts.locked_rows import lock_current, lock_linked
from accounts.mail_links import require_password_link
from accounts.models import User
from infrastructure.security_log.log import Kind, record


def change(person: User, *, old: str, new: str, language: str) -> bool:
    """Change a password and invalidate the person's sessions and tokens; `person` gets it too.

    Return False, and change nothing, if `old` is not, or is no longer, the password.
    """
    if not person.check_password(old):
        return False
    known, hashed = person.password, make_password(new)
    with transaction.atomic():
        try:
            locked = lock_current(person)
        except NotAuthenticated:
            return False
        if not constant_time_compare(locked.password, known):
            return False
        _replace(locked, hashed)
        revocations.invalidate_user(locked)
        record(Kind.PASSWORD_CHANGED, actor_id=locked.pk, subject_id=locked.pk)
        mail.notify_password_changed(locked, language=language)
    person.password = hashed
    return True


def reset(uid: str, token: str, *, new: str, language: str) -> User:
    """Set a new password for the person of a link, and revoke all their credentials.

    The link was mailed to the account's address, so this also verifies the address.

    Raises: BadLink.
    """
    hashed = make_password(new)
    with transaction.atomic():
        person = lock_linked(uid)
        require_password_link(person, token)
        _replace(person, hashed, email_verified_at=Coalesce("email_verified_at", Now()))
        person.refresh_from_db(fields=["email_verified_at"])
        revocations.revoke_all(person)
        record(Kind.PASSWORD_RESET, actor_id=person.pk, subject_id=person.pk)
        mail.notify_password_changed(person, language=language)
    return person


def _replace(person: User, hashed: str, **more: Any) -> None:
    """Write a locked row's new password, and drop the address that was to replace its own."""
    # Somebody who knew the old password may have requested another address.
    person.password, person.new_email = hashed, ""
    User.objects.filter(pk=person.pk).update(password=hashed, new_email="", **more)
