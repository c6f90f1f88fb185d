"""Verify the e-mail address of an account, and change it.

An account's address is only claimed until somebody follows the link that was mailed to it. A new
address waits in `new_email` until then. Only a link in its own mailbox confirms it, so nobody can
put somebody else's address on their account without that person's consent.

The link alone confirms nothing: it must be followed by somebody who is signed in to the account.
Otherwise a stranger could register with somebody's address, and one click in the mail would give
the stranger's account a verified address, and with it the bookings that guests made with it.

Concurrency: link and credential are checked against the locked row (`locked_rows`).
"""

from contextlib import suppress

from django.db import transaction
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from accounts import mail
from accounts.locked_rows import lock_current
from accounts.mail_limits import TooMuchMail
from accounts.mail_links import address_by_link, key_of_uid
from accounts.models import User
from infrastructure.security_log.log import Kind, record


class OtherAccount(Exception):
    """The link is for another account than the one that follows it."""


def request_change(person: User, address: str, *, known: str, language: str, client: str) -> bool:
    """Store a new address as unverified, mail a link to it, and notify the old one.

    Return False, and do nothing, if the password hash is no longer `known`.

    Raises: TooMuchMail, NotAuthenticated.
    """
    with transaction.atomic():
        person = lock_current(person)
        if not constant_time_compare(person.password, known):
            return False
        person.new_email = address
        person.save(update_fields=["new_email"])
        record(Kind.EMAIL_CHANGE_ASKED, actor_id=person.pk, subject_id=person.pk)
        mail.send_email_change(person, address, language=language, client=client)
    return True


def confirm(person: User, uid: str, token: str, *, language: str) -> User:
    """Verify the address of a link for the account that follows it; a new one replaces the old one.

    Raises: BadLink, OtherAccount, NotAuthenticated.
    """
    if key_of_uid(uid) != person.pk:
        raise OtherAccount
    with transaction.atomic():
        person = lock_current(person)
        address = address_by_link(person, token)
        old = person.email if person.email_verified_at and person.email != address else ""
        new_email = "" if address == person.new_email else person.new_email
        User.objects.filter(pk=person.pk).update(
            email=address, new_email=new_email, email_verified_at=Now()
        )
        person.refresh_from_db(fields=["email", "new_email", "email_verified_at"])
        kind = Kind.EMAIL_CHANGED if old else Kind.EMAIL_VERIFIED
        record(kind, actor_id=person.pk, subject_id=person.pk)
        if old:
            # The old address was notified of the request, so a reached mail limit is no obstacle.
            with suppress(TooMuchMail):
                mail.notify_email_changed(person, old, language=language)
    return person
