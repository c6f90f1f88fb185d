"""Set a new password: with the old one, or with a mailed link.

Hashing takes as long as a hundred seat commands, so it is done before anything is locked. The
change itself is one conditional UPDATE: of two at once, with one old password or link, one wins.
"""

from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce, Now

from accounts import mail, revocations
from accounts.mail_links import BadLink
from accounts.models import User
from security_log.log import Kind, record


def change(person: User, *, old: str, new: str, language: str) -> bool:
    """Change a password and invalidate the person's sessions and tokens.

    Return False, and change nothing, if `old` is not, or is no longer, the password.
    """
    if not person.check_password(old):
        return False
    known = person.password
    person.set_password(new)
    with transaction.atomic():
        if not _replace(person, known):
            return False
        revocations.invalidate_user(person)
        record(Kind.PASSWORD_CHANGED, actor_id=person.pk, subject_id=person.pk)
        mail.notify_password_changed(person, language=language)
    return True


def reset(person: User, *, new: str, language: str) -> None:
    """Set a new password for the person of a valid link, and revoke all their credentials.

    The link was mailed to the account's address, so this also verifies the address.

    Raises: BadLink if the link was used meanwhile.
    """
    known = person.password
    person.set_password(new)
    with transaction.atomic():
        if not _replace(person, known, email_verified_at=Coalesce("email_verified_at", Now())):
            raise BadLink
        person.refresh_from_db(fields=["email_verified_at"])
        revocations.revoke_all(person)
        record(Kind.PASSWORD_RESET, actor_id=person.pk, subject_id=person.pk)
        mail.notify_password_changed(person, language=language)


def _replace(person: User, known: str, **more: Any) -> bool:
    same = User.objects.filter(pk=person.pk, password=known, is_active=True)
    # Somebody who knew the old password may have requested another address.
    return bool(same.update(password=person.password, new_email="", **more))
