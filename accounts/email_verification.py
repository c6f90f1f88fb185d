"""Verify the e-mail address of an account, and change it.

An account's address is only claimed until somebody follows the link that was mailed to it. A new
address waits in `new_email` until then. Only a link in its own mailbox confirms it, so nobody can
put somebody else's address on their account without that person's consent.
"""

from contextlib import suppress

from django.db import transaction
from django.db.models.functions import Now

from accounts import mail
from accounts.mail_limits import TooMuchMail
from accounts.mail_links import BadLink, address_by_link, person_by_uid
from accounts.models import User
from security_log.log import Kind, record


def request_change(person: User, address: str, *, known: str, language: str, client: str) -> bool:
    """Store a new address as unverified, mail a link to it, and notify the old one.

    Return False, and do nothing, if the password hash is no longer `known`. Raises: TooMuchMail.
    """
    with transaction.atomic():
        same = User.objects.filter(pk=person.pk, password=known, is_active=True)
        if not same.update(new_email=address):
            return False
        person.new_email = address
        record(Kind.EMAIL_CHANGE_ASKED, actor_id=person.pk, subject_id=person.pk)
        mail.send_verification(person, address, language=language, client=client)
        if person.email_verified_at and address != person.email:
            mail.notify_email_change(person, person.email, is_done=False, language=language)
    return True


def confirm(uid: str, token: str, *, language: str) -> User:
    """Verify the address of a link; a new address replaces the old one. Raises: BadLink."""
    person = person_by_uid(uid)
    address = address_by_link(person, token)
    old = person.email if person.email_verified_at and person.email != address else ""
    same = User.objects.filter(
        **{name: getattr(person, name) for name in ("pk", "password", "generation", "email")},
        new_email=person.new_email,
        is_active=True,
    )
    with transaction.atomic():
        new_email = "" if address == person.new_email else person.new_email
        if not same.update(email=address, new_email=new_email, email_verified_at=Now()):
            raise BadLink
        person.refresh_from_db(fields=["email", "new_email", "email_verified_at"])
        kind = Kind.EMAIL_CHANGED if old else Kind.EMAIL_VERIFIED
        record(kind, actor_id=person.pk, subject_id=person.pk)
        if old:
            # The old address was notified of the request, so a reached mail limit is no obstacle.
            with suppress(TooMuchMail):
                mail.notify_email_change(person, old, is_done=True, language=language)
    return person
