"""Guests: people who buy without an account.

A guest is a row of `User` with a random username and no password, signed in like anybody else by a
session or tokens. So locks, caps, bookings and payments know nothing of guests. The way back, on
another device or after the session ended, is the signed link in the mail about a booking; whoever
follows it has shown that the guest's address is theirs. Anybody could have started the guest with
that address, so the first use of a link ends the guest's other sessions and tokens.

A guest becomes an account by choosing a username and a password (`make_account`). Or an account
with the same verified address takes over the guest's bookings (`merge`).

Concurrency: whatever changes a guest locks the row first, and checks the link or the credential of
the request against the locked row (`locked_rows`). So a guest becomes one of both, once, and a
request that began before a link was used changes nothing after it.
"""

import logging
import secrets
from collections.abc import Iterator
from datetime import timedelta

from django.contrib.auth.models import update_last_login
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower, Now
from django.utils import timezone

from accounts import mail, revocations
from accounts.locked_rows import lock_current, lock_linked
from accounts.mail_links import require_guest_link
from accounts.models import User
from accounts.personal_data.sources import sources
from infrastructure.security_log.log import Kind, record

PREFIX = "guest-"
MAX_MERGED = 50
"""How many guests one `merge` takes over."""
MERGING = timedelta(minutes=1)
"""Longer than any command of a merged guest can take that was sent before the merge."""

logger = logging.getLogger(__name__)

_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class NotAGuest(Exception):
    """The person has an account already, or is gone."""


class NameTaken(Exception):
    """Another account has this username."""


class AddressVerified(Exception):
    """The guest's address is verified, so it cannot be replaced."""


def start(name: str, address: str, *, language: str) -> User:
    """Create a guest; the address is only claimed."""
    while True:
        guest = User(
            username=PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(8)),
            first_name=name,
            email=User.objects.normalize_email(address),
            language=language,
        )
        guest.set_unusable_password()
        try:
            with transaction.atomic():
                guest.save()
                User.objects.filter(pk=guest.pk).update(guest_since=Now())
                guest.refresh_from_db(fields=["guest_since"])
                record(Kind.GUEST_STARTED, actor_id=guest.pk, subject_id=guest.pk)
        except IntegrityError:
            # The username is taken: one of 10^11.
            continue
        return guest


def correct(guest: User, name: str, address: str, *, client: str) -> None:
    """Replace the name and the unverified address, and mail a link to the new one.

    Links to the old address become invalid. Raises: AddressVerified, NotAGuest, NotAuthenticated,
    TooMuchMail.
    """
    address = User.objects.normalize_email(address)
    with transaction.atomic():
        locked = _locked(guest)
        is_new = locked.email != address
        if is_new and locked.email_verified_at is not None:
            raise AddressVerified
        locked.first_name, locked.email = name, address
        locked.save(update_fields=["first_name", "email"])
        if is_new:
            mail.send_guest_links(
                address, guest=locked, language=locked.language or "en", client=client
            )


def come_back(uid: str, token: str) -> User:
    """Return the guest of a mailed link, whose address is verified by it.

    The first use ends all the guest's sessions and tokens, because whoever has them need not be the
    owner of the address. Raises: BadLink.
    """
    with transaction.atomic():
        guest = lock_linked(uid)
        require_guest_link(guest, token)
        if guest.email_verified_at is None:
            User.objects.filter(pk=guest.pk).update(email_verified_at=Now())
            guest.refresh_from_db(fields=["email_verified_at"])
            revocations.revoke_all(guest)
            record(Kind.EMAIL_VERIFIED, actor_id=guest.pk, subject_id=guest.pk)
        update_last_login(User, guest)
    return guest


def make_account(guest: User, username: str, hashed_password: str) -> User:
    """Make a guest's row an account, with all it has.

    Raises: NotAGuest, NameTaken, NotAuthenticated.
    """
    try:
        with transaction.atomic():
            person = _locked(guest)
            person.username, person.password, person.guest_since = username, hashed_password, None
            person.save(update_fields=["username", "folded_username", "password", "guest_since"])
            record(Kind.REGISTERED, actor_id=person.pk, subject_id=person.pk)
    except IntegrityError:
        raise NameTaken from None
    return person


def count_bookings(person: User) -> int:
    """Return how many bookings guests made with a person's verified address."""
    found = list(_guests_of(person).values_list("pk", flat=True)[:MAX_MERGED])
    return sum(source.bookings_of(person_ids=found) for source in sources()) if found else 0


def merge(person: User) -> int:
    """Take over all that guests with a person's verified address have; return how many bookings.

    A guest is merged in one transaction, and has departed from then on. What they have follows by
    commands. If the process dies in between, or the command queue is too busy, housekeeping does
    the rest. The guests' rows remain, inactive and without personal data, because the change log
    refers to them. Raises: NotAuthenticated.
    """
    moved = 0
    for guest_id in list(_guests_of(person).values_list("pk", flat=True)[:MAX_MERGED]):
        with transaction.atomic():
            mine = _guests_of(lock_current(person))
            guest = mine.select_for_update(no_key=True).filter(pk=guest_id).first()
            if guest is None:
                # Another request was faster.
                continue
            guest.merged_into, guest.is_active, guest.merging_since = person, False, timezone.now()
            guest.first_name = guest.last_name = guest.email = ""
            # The `post_save` receiver revokes all credentials.
            guest.save()
            count = sum(source.bookings_of(person_ids=[guest_id]) for source in sources())
            details = {"bookings": count}
            record(Kind.GUEST_MERGED, actor_id=person.pk, subject_id=guest_id, details=details)
        moved += count
        try:
            _transfer(guest_id, person.pk)
        except Exception:
            # The guest is merged in any case; housekeeping does the rest.
            logger.exception("The merge of guest %s is left to housekeeping", guest_id)
    return moved


def finish_merges() -> Iterator[bool]:
    """Finish the merges that were begun; yield for each whether it succeeded.

    A command of the guest's that was being decided may have been committed after the merge, so
    what the guest has is taken over once more when no such command can be left.
    """
    begun = User.objects.filter(merging_since__lt=timezone.now() - MERGING)
    for guest_id, account_id in list(begun.values_list("pk", "merged_into")):
        try:
            if account_id is not None:
                _transfer(guest_id, account_id)
            User.objects.filter(pk=guest_id).update(merging_since=None)
        except Exception:
            # One failure must not hold up the others.
            logger.exception("The merge of guest %s is not finished", guest_id)
            yield False
        else:
            yield True


def _transfer(guest_id: int, account_id: int) -> None:
    """Make all that a merged guest has an account's, and delete the rest."""
    for source in sources():
        source.transfer(person_id=guest_id, to_id=account_id)
        source.release(person_id=guest_id)


def _guests_of(person: User) -> QuerySet[User]:
    """Return the guests with a person's verified address; none if it is not verified."""
    if person.is_guest or person.email_verified_at is None or not person.email:
        return User.objects.none()
    same = User.objects.annotate(folded_email=Lower("email")).filter(
        folded_email=person.email.lower(),
        guest_since__isnull=False,
        merged_into=None,
        is_active=True,
    )
    return same.order_by("pk")


def _locked(guest: User) -> User:
    """Lock the row of a request's guest. Raises: NotAGuest, NotAuthenticated."""
    locked = lock_current(guest)
    if not locked.is_guest:
        raise NotAGuest
    return locked
