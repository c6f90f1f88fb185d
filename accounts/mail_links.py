"""Links in mail: to choose a new password, verify an e-mail address, accept an invitation, and for
guests to come back to their bookings.

An address link is valid for ADDRESS_LINK_SECONDS and for one address of one account. It becomes
invalid when the password changes or all of the account's credentials are revoked.

A guest's link is valid for one address, until the guest makes an account, or an account takes over
the bookings: it must still work on the day of the event, so signing out everywhere does not end it.

A link is checked against the locked row: see `locked_rows`.

The token of an invitation is its key with a signature. `organisations` says how long it is valid.
"""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.models import User

ADDRESS_LINK_SECONDS = 24 * 60 * 60
_ADDRESS_SALT = "accounts.links.address"
_GUEST_SALT = "accounts.links.guest"
_INVITATION_SALT = "accounts.links.invitation"


class BadLink(Exception):
    """The link is forged, used or expired."""


class _PasswordLinks(PasswordResetTokenGenerator):
    """Tokens are valid for PASSWORD_RESET_TIMEOUT.

    They become invalid when the password changes, somebody signs in, or all credentials of the
    account are revoked.
    """

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.generation}"


_password_links = _PasswordLinks()


def password_fragment(person: User) -> str:
    """Return the URL fragment for the page on which a new password is chosen."""
    return f"uid={encode_uid(person)}&token={_password_links.make_token(person)}"


def encode_uid(person: User) -> str:
    """Return a person's id as it is written in links."""
    return urlsafe_base64_encode(force_bytes(person.pk))


def key_of_uid(uid: str) -> int:
    """Return the primary key that is in a link. Raises: BadLink."""
    try:
        pk = int(urlsafe_base64_decode(uid))
    except ValueError:
        raise BadLink from None
    if not 0 < pk < 2**63:
        raise BadLink
    return pk


def person_by_password_link(uid: str, token: str) -> User:
    """Return the person of a password link, as they are now, without a lock. Raises: BadLink."""
    person = User.objects.filter(pk=key_of_uid(uid), is_active=True).first()
    if person is None:
        raise BadLink
    require_password_link(person, token)
    return person


def require_password_link(person: User, token: str) -> None:
    """Raises: BadLink unless a password link is for a person's row."""
    if not _password_links.check_token(person, token):
        raise BadLink


def address_fragment(person: User, address: str) -> str:
    """Return the URL fragment for the page on which an address is confirmed."""
    token = signing.dumps(_address_digest(person, address), salt=_ADDRESS_SALT)
    return f"uid={encode_uid(person)}&token={token}"


def address_by_link(person: User, token: str) -> str:
    """Return which of an account's unverified addresses a link verifies. Raises: BadLink.

    A guest's address is verified by a guest's link only, which ends the guest's other sessions.
    """
    if person.is_guest:
        raise BadLink
    try:
        digest = str(signing.loads(token, salt=_ADDRESS_SALT, max_age=ADDRESS_LINK_SECONDS))
    except (signing.BadSignature, ValueError):
        raise BadLink from None
    waiting = [person.new_email, "" if person.email_verified_at else person.email]
    for address in filter(None, waiting):
        if constant_time_compare(digest, _address_digest(person, address)):
            return address
    raise BadLink


def guest_fragment(guest: User) -> str:
    """Return the URL fragment for the page on which a guest comes back."""
    return f"uid={encode_uid(guest)}&token={signing.dumps(_guest_digest(guest), salt=_GUEST_SALT)}"


def require_guest_link(guest: User, token: str) -> None:
    """Raises: BadLink unless a link is for a guest's row."""
    try:
        digest = str(signing.loads(token, salt=_GUEST_SALT))
    except (signing.BadSignature, ValueError):
        raise BadLink from None
    if not guest.is_guest or not constant_time_compare(digest, _guest_digest(guest)):
        raise BadLink


def invitation_fragment(key: str) -> str:
    """Return the URL fragment for the page on which an invitation is accepted."""
    return f"token={signing.dumps(key, salt=_INVITATION_SALT)}"


def key_by_invitation_link(token: str) -> str:
    """Return the key of the invitation that a link is for. Raises: BadLink."""
    try:
        return str(signing.loads(token, salt=_INVITATION_SALT))
    except (signing.BadSignature, ValueError):
        raise BadLink from None


def _address_digest(person: User, address: str) -> str:
    parts = (person.pk, address, person.email, person.password, person.generation)
    return salted_hmac(_ADDRESS_SALT, repr(parts), algorithm="sha256").hexdigest()


def _guest_digest(guest: User) -> str:
    parts = (guest.pk, guest.email, guest.password)
    return salted_hmac(_GUEST_SALT, repr(parts), algorithm="sha256").hexdigest()
