"""A link or a session proves nothing about a row that changed while it was checked.

The first request stops before it locks the person's row, when it has read all that it reads before.
Then the other one is committed. The negative controls check what was read before the lock.
"""

from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import NotAuthenticated

from accounts import email_verification, passwords, revocations
from accounts.guests import services
from accounts.locked_rows import lock_linked
from accounts.mail_links import (
    BadLink,
    address_fragment,
    guest_fragment,
    password_fragment,
    require_guest_link,
)
from accounts.models import User
from accounts.second_factor import factors, totp
from organisations import services as organisations
from tests.concurrency.unprotected import meanwhile
from tests.factories import PASSWORD, make_user

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

OWN, VICTIM = "mallory@example.org", "victim@example.org"
NEW = "another-long-word"


def _guest(address: str, **fields: Any) -> User:
    return make_user("guest-2345abcd", email=address, guest_since=timezone.now(), **fields)


def _parts(fragment: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in fragment.split("&"))


def _move(guest: User, address: str) -> None:
    """Write what `services.correct` writes, as another process does."""
    User.objects.filter(pk=guest.pk).update(email=address)


def test_a_guests_link_does_not_verify_the_address_that_came_meanwhile() -> None:
    guest = _guest(OWN)
    come_back = partial(services.come_back, **_parts(guest_fragment(guest)))
    assert meanwhile(come_back, partial(_move, guest, VICTIM)) is BadLink
    guest.refresh_from_db()
    assert (guest.email, guest.email_verified_at) == (VICTIM, None)


def test_checked_before_the_lock_a_guests_link_verifies_the_other_address() -> None:
    guest = _guest(OWN)
    link = _parts(guest_fragment(guest))

    def come_back_naively() -> None:
        require_guest_link(User.objects.get(pk=guest.pk), link["token"])
        with transaction.atomic():
            lock_linked(link["uid"])
            User.objects.filter(pk=guest.pk).update(email_verified_at=timezone.now())

    assert meanwhile(come_back_naively, partial(_move, guest, VICTIM)) is None
    guest.refresh_from_db()
    assert guest.email == VICTIM
    assert guest.email_verified_at is not None


def test_a_session_that_a_link_ends_meanwhile_makes_no_account_of_the_guest() -> None:
    guest = _guest(VICTIM)
    link = _parts(guest_fragment(guest))
    take = partial(services.make_account, guest, "mallory", "a hash")
    assert meanwhile(take, partial(services.come_back, **link)) is NotAuthenticated
    guest.refresh_from_db()
    assert guest.is_guest


def test_a_session_that_a_link_ends_meanwhile_corrects_nothing() -> None:
    guest = _guest(VICTIM)
    link = _parts(guest_fragment(guest))
    correct = partial(services.correct, guest, "Mallory", VICTIM, client="10.0.0.1")
    assert meanwhile(correct, partial(services.come_back, **link)) is NotAuthenticated


def test_an_account_whose_address_changed_meanwhile_takes_over_no_bookings() -> None:
    _guest(VICTIM)
    account = make_user("mallory", email=VICTIM, email_verified_at=timezone.now())
    assert meanwhile(partial(services.merge, account), partial(_move, account, OWN)) is None
    assert not User.objects.filter(merged_into=account).exists()


def _account(**fields: Any) -> User:
    verified = timezone.now()
    return make_user("alice", password=PASSWORD, email=OWN, email_verified_at=verified, **fields)


def test_a_password_link_is_void_when_everything_is_revoked_meanwhile() -> None:
    alice = _account()
    reset = partial(passwords.reset, **_parts(password_fragment(alice)), new=NEW, language="en")
    assert meanwhile(reset, partial(revocations.revoke_all, alice)) is BadLink
    assert User.objects.get().check_password(PASSWORD)


def test_a_password_link_does_not_verify_an_address_that_came_meanwhile() -> None:
    alice = make_user("alice", password=PASSWORD, email=OWN)
    reset = partial(passwords.reset, **_parts(password_fragment(alice)), new=NEW, language="en")
    assert meanwhile(reset, partial(_move, alice, VICTIM)) is BadLink
    assert User.objects.get().email_verified_at is None


def test_an_address_link_is_void_when_another_address_came_meanwhile() -> None:
    alice = _account(new_email=VICTIM)
    link = _parts(address_fragment(alice, VICTIM))
    confirm = partial(email_verification.confirm, alice, **link, language="en")
    other = User.objects.filter(pk=alice.pk)
    assert meanwhile(confirm, partial(other.update, new_email="third@example.org")) is BadLink
    assert User.objects.get().email == OWN


@pytest.mark.parametrize(
    "change",
    [
        totp.start,
        factors.renew_recovery_codes,
        partial(organisations.create, name="Choir"),
    ],
    ids=["an app", "recovery codes", "an organisation"],
)
def test_who_was_signed_out_everywhere_meanwhile_changes_nothing(change: Any) -> None:
    alice = _account(second_factor_since=timezone.now())
    work = partial(change, owner=alice) if isinstance(change, partial) else partial(change, alice)
    stale = User.objects.get(pk=alice.pk)
    assert meanwhile(work, partial(revocations.revoke_all, stale)) is NotAuthenticated
