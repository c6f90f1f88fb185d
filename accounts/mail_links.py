"""Links in mail: to choose a new password, to verify an e-mail address, to accept an invitation.

An address link is valid for ADDRESS_LINK_SECONDS and for one address of one account. It becomes
invalid when the password changes or all of the account's credentials are revoked.

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


def person_by_uid(uid: str) -> User:
    """Return the active person with an id from a link. Raises: BadLink."""
    try:
        pk = int(urlsafe_base64_decode(uid))
    except ValueError:
        raise BadLink from None
    person = User.objects.filter(pk=pk, is_active=True).first() if 0 < pk < 2**63 else None
    if person is None:
        raise BadLink
    return person


def person_by_password_link(uid: str, token: str) -> User:
    """Return the person of a password link. Raises: BadLink."""
    person = person_by_uid(uid)
    if not _password_links.check_token(person, token):
        raise BadLink
    return person


def address_fragment(person: User, address: str) -> str:
    """Return the URL fragment for the page on which an address is confirmed."""
    token = signing.dumps(_address_digest(person, address), salt=_ADDRESS_SALT)
    return f"uid={encode_uid(person)}&token={token}"


def address_by_link(person: User, token: str) -> str:
    """Return which of a person's unverified addresses a link verifies. Raises: BadLink."""
    try:
        digest = str(signing.loads(token, salt=_ADDRESS_SALT, max_age=ADDRESS_LINK_SECONDS))
    except (signing.BadSignature, ValueError):
        raise BadLink from None
    waiting = [person.new_email, "" if person.email_verified_at else person.email]
    for address in filter(None, waiting):
        if constant_time_compare(digest, _address_digest(person, address)):
            return address
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
