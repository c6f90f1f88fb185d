"""New passwords: by who knows the old one, and by who has the link that was mailed.

Hashing takes as long as a hundred clicks, so it is done before anything is locked. What makes the
change is one conditional UPDATE: of two at once, with the old password or with one link, one wins.
"""

from typing import Any

from django.db import transaction
from django.db.models.functions import Coalesce, Now

from accounts import mail, revocations
from accounts.mail_links import BadLink
from accounts.models import User
from security_log.log import Kind, record


def change(person: User, *, old: str, new: str, language: str) -> bool:
    """Give somebody a new password; all that they were signed in by before ends.

    Nothing happens when the old one is another, or is not the password any more.
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
    """Give the person of a good link a new password; sessions and tokens of theirs all end.

    The link was mailed to their address, and is good for no other: so it is verified too.

    Raises: LinkIsBad when the link was used meanwhile.
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
    # Whoever knew the old password may have asked for another address.
    return bool(same.update(password=person.password, new_email="", **more))
